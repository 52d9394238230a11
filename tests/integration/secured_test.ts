// Both sides as processes, with the permissions of their threads, against servers that want TLS,
// client certificates and logins. No secret may be in anything that they log.
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { Client } from "pg";
import type { DependencyRow } from "../../src/runtime/telemetry/dependencies.ts";
import { eventually } from "../support/waiting.ts";
import { freePort } from "../support/free_port.ts";
import { uniqueName } from "../support/unique_name.ts";
import { serviceTest } from "../services/with_services.ts";
import { SitemonProcess } from "../support/sitemon_process.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { KAFKA_PASSWORD, SecuredServers, USER } from "./secured_servers.ts";

const DEADLINE_MS = 60_000;
const securedTest = serviceTest("own kafka", "own postgres");

let servers: SecuredServers;

/** How a test connects to Kafka or PostgreSQL, where it differs from what is right. */
interface Words {
  readonly mechanism?: string;
  /** More of `kafka.tls`. */
  readonly tls?: string;
  readonly hasCertificate?: boolean;
  readonly mode?: string;
  readonly host?: string;
  readonly password?: string;
  readonly ca?: string;
}

/** Configuration files and processes of one test, with a topic of its own. */
class Place implements AsyncDisposable {
  readonly folder = new TempFolder();
  readonly topic = uniqueName("topic");
  readonly #processes: SitemonProcess[] = [];

  constructor() {
    Deno.mkdirSync(this.folder.file("credentials"));
    this.credential("kafka", KAFKA_PASSWORD);
    this.credential("postgres", servers.postgres.password);
  }

  credential(name: string, text: string): void {
    this.folder.write(`credentials/${name}`, `${text}\n`);
  }

  producer(kafka: Words): Running {
    return this.#start(
      "producer",
      `interval: 500ms
outbox: { path: '${this.folder.path}/outbox.db' }
shutdown_timeout: 2s
sites: [{ name: closed, url: 'http://127.0.0.1:9/' }]
${this.#kafka(kafka)}`,
    );
  }

  consumer(kafka: Words, postgres: Words): Running {
    return this.#start("consumer", this.#kafka(kafka) + postgresYaml(postgres));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.#processes) await process.kill();
    this.folder[Symbol.dispose]();
  }

  #start(role: string, yaml: string): Running {
    const port = freePort();
    const file = this.folder.write(
      `${role}.yaml`,
      `listen: 127.0.0.1:${port}\nlog: { level: debug, format: json }\n${yaml}`,
    );
    const process = new SitemonProcess([role, "-c", file], {
      env: {
        PATH: Deno.env.get("PATH")!,
        HOME: Deno.env.get("HOME")!,
        CREDENTIALS_DIRECTORY: this.folder.file("credentials"),
        CLIENT_KEY: `${servers.folder}/client.key`,
      },
    });
    this.#processes.push(process);
    return { process, port };
  }

  #kafka({ mechanism = "plain", tls = "", ca = "ca.pem", hasCertificate = true }: Words) {
    const certificate = hasCertificate
      ? `, cert: '${servers.folder}/client.pem', key: '\${CLIENT_KEY}'`
      : "";
    return `kafka:
  server: ${servers.kafka.bootstrap}
  topic: ${this.topic}
  group: ${this.topic}
  partitions: 1
  tls: { ca: '${servers.folder}/${ca}'${certificate}${tls} }
  sasl: { mechanism: ${mechanism}, username: ${USER}, password: '\${file:\${CREDENTIALS_DIRECTORY}/kafka}' }
`;
  }
}

interface Running {
  readonly process: SitemonProcess;
  readonly port: number;
}

function postgresYaml({ mode = "verify-full", host = "127.0.0.1", ca = "ca.pem" }: Words) {
  const { port, user, db } = servers.postgres;
  const files = `cert: '${servers.folder}/client.pem', key: '\${CLIENT_KEY}'`;
  const authority = mode.startsWith("verify") ? `ca: '${servers.folder}/${ca}', ` : "";
  const tls = mode === "disable" ? mode : `{ mode: ${mode}, ${authority}${files} }`;
  return `postgres:
  host: ${host}
  port: ${port}
  user: ${user}
  db: ${db}
  schema: ${mode.replace("-", "_")}
  password: '\${file:\${CREDENTIALS_DIRECTORY}/postgres}'
  tls: ${tls}
`;
}

/** What `/readyz` says of a dependency that is not as it should be. */
async function trouble({ process, port }: Running, dependency: string): Promise<string> {
  const row = await eventually(DEADLINE_MS, `trouble with ${dependency}`, async () => {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    const { dependencies } = await response.json();
    const rows: DependencyRow[] = dependencies;
    return rows.find((it) => it.dependency === dependency && !it.ok);
  }).catch((error) => {
    const said = process.lines.filter((line) => !line.includes("stored "));
    throw new Error(said.slice(-20).join("\n"), { cause: error });
  });
  return `${row.reason}: ${row.detail}`;
}

function assertNothingSecret({ process }: Running): void {
  const said = process.lines.join("\n");
  const key = Deno.readTextFileSync(`${servers.folder}/client.key`).split("\n")[3]!;
  const secrets = [KAFKA_PASSWORD, WRONG.password, servers.postgres.password + '"', key];
  deepStrictEqual(secrets.filter((secret) => said.includes(secret)), []);
}

async function reports(schema: string): Promise<{ site: string; outcome: string }[]> {
  const { host, port, user, password, db } = servers.postgres;
  const client = new Client({ host, port, user, password, database: db });
  await client.connect();
  try {
    return (await client.query(`SELECT site, outcome FROM ${schema}.site_status`)).rows;
  } finally {
    await client.end();
  }
}

Deno.test.beforeAll(async () => {
  servers = await SecuredServers.start();
});
Deno.test.afterAll(() => servers?.[Symbol.asyncDispose]());

const WAYS = [
  { mechanism: "plain", mode: "disable" },
  { mechanism: "scram-sha-256", mode: "require" },
  { mechanism: "scram-sha-512", mode: "verify-ca" },
  { mechanism: "plain", mode: "verify-full" },
];

for (const { mechanism, mode } of WAYS) {
  securedTest(
    `reports travel by ${mechanism} and TLS to Kafka, and ${mode} to PostgreSQL`,
    async () => {
      await using place = new Place();
      const producer = place.producer({ mechanism });
      const consumer = place.consumer({ mechanism }, { mode });
      const rows = await eventually(DEADLINE_MS, "a status in PostgreSQL", async () => {
        const found = await reports(mode.replace("-", "_"));
        return found.length > 0 ? found : undefined;
      }).catch((error) => {
        const said = [producer, consumer].flatMap(({ process }) => process.lines.slice(-8));
        throw new Error(said.join("\n"), { cause: error });
      });
      deepStrictEqual(rows, [{ site: "closed", outcome: "down" }]);
      for (const running of [producer, consumer]) {
        strictEqual(await running.process.stop(), 0);
        assertNothingSecret(running);
      }
    },
  );
}

const WRONG = { password: "wrong-hunter3-secret" };

const TROUBLES: [to: "kafka" | "postgres", what: string, Words, expected: RegExp][] = [
  ["kafka", "an unknown authority", { ca: "other-ca.pem" }, /^tls: .*certificate/],
  ["kafka", "another name", { tls: ", server_name: elsewhere.test" }, /^tls: .*(altnames|name)/],
  ["kafka", "no certificate of its own", { hasCertificate: false }, /^tls: /],
  ["kafka", "a wrong password (plain)", WRONG, /^authentication: /],
  [
    "kafka",
    "a wrong password (scram-sha-512)",
    { mechanism: "scram-sha-512", ...WRONG },
    /^authentication: /,
  ],
  [
    "postgres",
    "an unknown authority",
    { ca: "other-ca.pem" },
    /^configuration: .*certificate.*check "postgres\.tls"/,
  ],
  [
    "postgres",
    "another name",
    { host: "localhost" },
    /^configuration: .*(altnames|name).*check "postgres\.tls"/,
  ],
  [
    "postgres",
    "a wrong password",
    WRONG,
    /^configuration: .*password authentication failed.*check user/,
  ],
];

for (const [to, what, words, expected] of TROUBLES) {
  const name = to === "kafka" ? "Kafka" : "PostgreSQL";
  securedTest(`readiness reports ${what} towards ${name}`, async () => {
    await using place = new Place();
    if (words.password !== undefined) place.credential(to, words.password);
    const running = to === "kafka" ? place.producer(words) : place.consumer({}, words);
    match(await trouble(running, to), expected);
    strictEqual(await running.process.stop(), 0);
    assertNothingSecret(running);
  });
}
