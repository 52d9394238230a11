import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import { installUnit, ownExecutable } from "../../../src/cli/commands/install_unit.ts";
import { ConfigError } from "../../../src/config/config_error.ts";
import { pem } from "../../support/pem.ts";
import { sitemon } from "../../support/sitemon_process.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { FakeTerminal, runCommand } from "../text/fake_terminal.ts";

const PRODUCER = `traces: { endpoint: 'http://192.0.2.9:4318' }
outbox: { path: /srv/outbox/outbox.db }
sites: [{ url: 'http://10.1.2.3/', headers: { Authorization: 'Bearer \${file:\${CREDENTIALS_DIRECTORY}/token}' } }]
kafka:
  server: 192.0.2.7:9093
  topic: sitemon
  tls: { ca: ca.pem }
  sasl: { mechanism: plain, username: sitemon, password: '\${file:\${CREDENTIALS_DIRECTORY}/kafka}' }
`;

/** A folder with a configuration, a certificate authority and two secrets. */
class Place extends TempFolder {
  readonly config = this.write("producer.yaml", PRODUCER);
  readonly credentials = this.file("credentials");

  constructor() {
    super();
    this.write("ca.pem", pem("right.cert"));
    Deno.mkdirSync(this.credentials);
    for (const name of ["kafka", "token"]) this.write(`credentials/${name}`, `${name}-secret\n`);
  }

  unit(): string {
    const terminal = new FakeTerminal();
    const { config, credentials } = this;
    const options = { role: "producer", name: "sitemon-eu", config, credentials } as const;
    installUnit({ ...options, executable: "/opt/sitemon" }, terminal);
    return terminal.output;
  }
}

Deno.test("installUnit() passes on what the configuration names", () => {
  using place = new Place();
  const unit = place.unit();
  const of = (key: string) => {
    return unit.matchAll(new RegExp(`^${key}=(.*)$`, "gm")).map(([, value]) => value!).toArray();
  };
  deepStrictEqual(of("ExecStart"), [`/opt/sitemon producer -c ${place.config}`]);
  deepStrictEqual(of("StateDirectory"), ["sitemon-eu"]);
  deepStrictEqual(of("LoadCredential"), [
    `kafka:${place.credentials}/kafka`,
    `token:${place.credentials}/token`,
  ]);
  deepStrictEqual(of("ReadOnlyPaths"), [place.config, `${place.path}/ca.pem`]);
  deepStrictEqual(of("ReadWritePaths"), ["/srv/outbox"]);
  deepStrictEqual(of("#IPAddressAllow"), ["localhost 10.1.2.3 192.0.2.7 192.0.2.9"]);
  deepStrictEqual(of("Environment").slice(1), [
    '"OTEL_DENO_TRACING=true"',
    '"OTEL_EXPORTER_OTLP_ENDPOINT=http://192.0.2.9:4318"',
    '"OTEL_EXPORTER_OTLP_TIMEOUT=3000"',
    '"OTEL_SERVICE_NAME=sitemon-eu"',
  ]);
  strictEqual(unit.includes("-secret"), false);
});

Deno.test("installUnit() reports what is missing, before the unit fails for it", () => {
  using place = new Place();
  Deno.removeSync(`${place.credentials}/kafka`);
  throws(() => place.unit(), ConfigError);
});

Deno.test("ownExecutable() is the usual one, when sitemon runs from source", () => {
  strictEqual(ownExecutable(), "/usr/local/bin/sitemon");
});

Deno.test("sitemon install-unit prints a unit, and refuses other roles and names", async () => {
  using place = new Place();
  const args = ["install-unit", "-c", place.config, "--credentials", place.credentials];
  const { code, output } = await runCommand(...args, "--role", "producer");
  strictEqual(code, 0);
  match(output, /^ExecStart=\/usr\/local\/bin\/sitemon producer -c /m);
  strictEqual((await runCommand(...args, "--role", "check")).code, 64);
  strictEqual((await runCommand(...args, "--role", "producer", "--name", "../x")).code, 64);
});

Deno.test("sitemon install-unit prints units of run and web, and lets run write its files", async () => {
  using place = new Place();
  const unitOf = async (role: string, yaml: string) => {
    const config = place.write(`${role}.yaml`, yaml);
    return await runCommand("install-unit", "--role", role, "-c", config);
  };
  const sites = "sites: [{ url: 'http://10.1.2.3/' }]\n";
  const run = await unitOf("run", `${sites}store: { path: /srv/status/status.db }\n`);
  match(run.output, /^ExecStart=\/usr\/local\/bin\/sitemon run -c /m);
  match(run.output, /^StateDirectory=sitemon-run\n[^]*^ReadWritePaths=\/srv\/status$/m);
  const web = await unitOf("web", "postgres: { host: 10.1.2.4, user: u }\n");
  match(web.output, /^ExecStart=\/usr\/local\/bin\/sitemon web -c /m);
  const { code, errors } = await unitOf("web", sites);
  strictEqual(code, 64);
  match(errors, /a unit of "sitemon web" needs "postgres"/);
});

Deno.test("sitemon install-unit prints a unit, whatever units run its configuration already", async () => {
  using place = new Place();
  const { config, credentials } = place;
  for (const name of ["sitemon-eu", "sitemon-us"]) {
    place.write(`${name}.service`, `[Service]\nExecStart=sitemon producer -c ${config}\n`);
  }
  const args = ["install-unit", "--role", "producer", "--credentials", credentials];
  const env = { ...Deno.env.toObject(), SYSTEMD_UNIT_PATH: place.path };
  const given = await sitemon([...args, "-c", config], { env });
  deepStrictEqual([given.code, given.stderr], [0, ""]);
  const { stdout } = await sitemon(args, { env: { ...env, SITEMON_CONFIG: config } });
  strictEqual(stdout, given.stdout);
});
