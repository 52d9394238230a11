// No container engine runs here, so only the text of compose.yaml and Dockerfile is tested.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { parse } from "yaml";
import { runCommand } from "./cli/text/fake_terminal.ts";
import { eventually } from "./support/waiting.ts";
import { freePort } from "./support/free_port.ts";
import { sitemon, SitemonProcess } from "./support/sitemon_process.ts";

const ROOT = new URL("../", import.meta.url);

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

function textOf(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

const COMPOSE: Compose = parse(textOf("compose.yaml"));
const SERVICES = Object.entries(COMPOSE.services);
const BUILT = SERVICES.filter(([, service]) => service.build);
const PRODUCER = parse(textOf("example_config/producer.yaml"));
const CONSUMER = parse(textOf("example_config/consumer.yaml"));
const WEB = parse(textOf("example_config/web.yaml"));

Deno.test("compose.yaml has Kafka, PostgreSQL, a site, both sides of sitemon, and the page", () => {
  deepStrictEqual(Object.keys(COMPOSE.services).sort(), [
    "consumer",
    "httpbin",
    "kafka",
    "postgres",
    "producer",
    "web",
  ]);
  deepStrictEqual(BUILT.map(([name]) => name), ["producer", "consumer", "web"]);
});

Deno.test("compose.yaml publishes the page, and nothing else, to its own host", () => {
  const published = SERVICES.flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]));
  const [address, port] = WEB.web.listen.split(":");
  strictEqual(address, "0.0.0.0");
  deepStrictEqual(published, [["web", `127.0.0.1:8080:${port}`]]);
  match(textOf("compose.yaml"), /^# .* http:\/\/127\.0\.0\.1:8080,/m);
});

Deno.test("compose.yaml pins every image", () => {
  for (const [name, { image, build }] of SERVICES) {
    if (build) strictEqual(image, undefined, name);
    else match(image!, /^[\w./-]+:v?\d+\.\d+(\.\d+)?$/, name);
  }
});

Deno.test("compose.yaml starts sitemon with the command of its name and a file that is there", () => {
  for (const [name, { command, volumes }] of BUILT) {
    deepStrictEqual(command, [name, "-c", `/etc/sitemon/${name}.yaml`]);
    const mount = volumes!.find((volume) => volume.includes(command![2]!));
    strictEqual(mount, `./example_config/${name}.yaml:/etc/sitemon/${name}.yaml:ro`);
    ok(Deno.statSync(new URL(mount!.split(":")[0]!, ROOT)).isFile, name);
  }
});

Deno.test("compose.yaml starts sitemon with commands that it has", async () => {
  for (const [, { command }] of BUILT) {
    strictEqual((await runCommand(command![0]!, "--help")).code, 0);
  }
});

Deno.test("compose.yaml names the volumes that services mount", () => {
  const mounted = SERVICES.flatMap(([, { volumes = [] }]) =>
    volumes.map((volume) => volume.split(":")[0]!).filter((source) => !source.startsWith("."))
  );
  deepStrictEqual(mounted.sort(), Object.keys(COMPOSE.volumes).sort());
});

Deno.test("compose.yaml waits only for services that are there, and for health that is checked", () => {
  for (const [name, { depends_on = {} }] of SERVICES) {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const service = COMPOSE.services[other];
      ok(service, `${name} waits for ${other}`);
      strictEqual(
        condition,
        service.healthcheck ? "service_healthy" : "service_started",
        `${name} waits for ${other}`,
      );
    }
  }
});

Deno.test("compose.yaml has every host that example_config names", () => {
  const hosts = [
    ...PRODUCER.sites.map((site: { url: string }) => new URL(site.url).hostname),
    ...[PRODUCER, CONSUMER].map(({ kafka }) => kafka.server.split(":")[0]),
    CONSUMER.postgres.host,
    WEB.postgres.host,
  ];
  for (const host of new Set(hosts)) ok(host in COMPOSE.services, host);
});

Deno.test("compose.yaml serves what example_config expects, where it expects it", () => {
  const { kafka, postgres, httpbin } = COMPOSE.services;
  const advertised = `PLAINTEXT://${PRODUCER.kafka.server}`;
  strictEqual(kafka!.environment!.KAFKA_ADVERTISED_LISTENERS, advertised);
  strictEqual(CONSUMER.kafka.server, PRODUCER.kafka.server);
  strictEqual(CONSUMER.kafka.topic, PRODUCER.kafka.topic);
  strictEqual(postgres!.environment!.POSTGRES_PASSWORD, CONSUMER.postgres.password);
  deepStrictEqual(WEB.postgres, CONSUMER.postgres);
  for (const { url } of PRODUCER.sites) {
    strictEqual(httpbin!.environment!.PORT, Number(new URL(url).port || 80));
  }
});

Deno.test("Dockerfile builds with the Deno that the gate installs", () => {
  const [, image] = /^FROM denoland\/deno:(\S+) AS build$/m.exec(textOf("Dockerfile"))!;
  const [, gate] = /^deno_version=(\S+)$/m.exec(textOf(".ci/run"))!;
  strictEqual(image, gate);
});

Deno.test("Dockerfile copies what it compiles from, and .dockerignore lets it", () => {
  const dockerfile = textOf("Dockerfile");
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)]
    .flatMap(([, sources]) => sources!.split(" "));
  deepStrictEqual(copied, ["deno.json", "deno.lock", "src"]);
  const allowed = textOf(".dockerignore").match(/(?<=^!).+$/gm);
  deepStrictEqual(allowed, copied);
  for (const path of copied) ok(Deno.statSync(new URL(path, ROOT)), path);
  match(dockerfile, /deno task compile/);
});

Deno.test("compose.yaml and Dockerfile ask for health where sitemon answers", () => {
  const [, image] = /^HEALTHCHECK .*\\\n +CMD (\[.*\])$/m.exec(textOf("Dockerfile"))!;
  const producer = COMPOSE.services.producer!.healthcheck!.test;
  deepStrictEqual(JSON.parse(image!), producer.slice(1));
  const files = { producer: PRODUCER, consumer: CONSUMER, web: WEB };
  for (const [name, { listen }] of Object.entries(files)) {
    deepStrictEqual(COMPOSE.services[name]!.healthcheck!.test, [
      "CMD",
      "/usr/local/bin/sitemon",
      "check",
      `http://${listen}/healthz`,
    ]);
  }
});

Deno.test("sitemon check works as a health check: it exits 0 for a healthy process, and 1 for another", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sitemon-health-" });
  const listen = `127.0.0.1:${freePort()}`;
  await Deno.writeTextFile(`${folder}/run.yaml`, `sites: []\nweb: false\nlisten: ${listen}\n`);
  const health = async () => (await sitemon(["check", `http://${listen}/healthz`])).code;
  strictEqual(await health(), 1);
  {
    await using _process = new SitemonProcess(["run", "-c", "run.yaml"], { cwd: folder });
    await eventually(60_000, "health", async () => await health() === 0 || undefined);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("Dockerfile runs sitemon as an unprivileged user", () => {
  match(textOf("Dockerfile"), /^USER 65532:65532$/m);
  match(textOf("Dockerfile"), /^ENTRYPOINT \["\/usr\/local\/bin\/sitemon"\]$/m);
});
