// What docs/kafka.md tells to run, on a broker that gives no right but those that it names.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Client } from "pg";
import { createDatabase } from "../services/database.ts";
import { startKafka } from "../services/kafka.ts";
import { serviceTest } from "../services/with_services.ts";
import { serveLocally } from "../support/local_server.ts";
import { sitemon, SitemonProcess } from "../support/sitemon_process.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { eventually } from "../support/waiting.ts";
import { isKafkaTool, runKafkaTool } from "./java/kafka_tools.ts";
import { sharedRegistry } from "./registry/registry_fixture.ts";

const DOCUMENT = Deno.readTextFileSync(new URL("../../docs/kafka.md", import.meta.url));
/** As the document writes it. */
const ADDRESS = "kafka.example.org:9093";

const LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required";
const USERS = ["admin", "producer", "consumer"];
const SETTINGS = {
  "sasl.enabled.mechanisms": "PLAIN",
  "listener.name.client.plain.sasl.jaas.config": `${LOGIN} ` +
    `${USERS.map((user) => `user_${user}="${user}-secret"`).join(" ")};`,
  "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
  "super.users": "User:admin;User:ANONYMOUS",
};

/** The commands of the document's indented blocks, each with its arguments. */
function commands(): string[][] {
  const text = DOCUMENT.replaceAll(/^```.*?^```/gms, "").replaceAll("\\\n", " ");
  const lines = text.split("\n");
  return lines.filter((line) => /^ {4}[a-z]/.test(line))
    .map((line) => line.replace(/ # .*/, "").trim().split(/ +/));
}

function properties(user: string): string {
  return "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\n" +
    `sasl.jaas.config=${LOGIN} username="${user}" password="${user}-secret";\n`;
}

const kafkaYaml = (user: string, bootstrap: string) =>
  `kafka:
  server: ${bootstrap}
  create_topic: false
  format: confluent
  compression: zstd
  registry: { url: '${sharedRegistry()}' }
  sasl: { mechanism: plain, username: ${user}, password: ${user}-secret }
`;

Deno.test("docs/kafka.md tells to run nothing but what is run here, or by the test of benches", () => {
  const programs = commands().map(([program]) => program!);
  const unknown = programs.filter((program) => !["sitemon", "deno"].includes(program));
  deepStrictEqual(unknown.filter((program) => !isKafkaTool(program)), []);
  ok(unknown.length >= 6);
});

serviceTest("own kafka", "postgres", "registry")(
  "producer and consumer do their work with the rights that docs/kafka.md gives them, and no others",
  async () => {
    await using kafka = await startKafka({ protocol: "SASL_PLAINTEXT", settings: SETTINGS });
    await using site = serveLocally(() => new Response("well"));
    await using database = await createDatabase();
    using folder = new TempFolder();
    for (const user of USERS) folder.write(`${user}.properties`, properties(user));
    const { host, port, user, password, db } = database;
    const files = {
      producer: folder.write(
        "producer.yaml",
        `sites: [{ url: '${site.origin}' }]\ninterval: 500ms\n` +
          `outbox: { path: ${folder.file("outbox.db")} }\n` +
          kafkaYaml("producer", kafka.bootstrap),
      ),
      consumer: folder.write(
        "consumer.yaml",
        `log: { level: debug, format: json }\n` +
          `postgres: { host: ${host}, port: ${port}, user: ${user}, password: ${password}, ` +
          `db: ${db} }\n` + kafkaYaml("consumer", kafka.bootstrap),
      ),
    };
    const doctor = async (role: keyof typeof files) => {
      const { code, stdout } = await sitemon(["doctor", "-c", files[role]]);
      return [code, stdout] as const;
    };
    const run = (wanted: string) => {
      const texts = commands().filter(([program]) => program === wanted)
        .map((command) => command.map((word) => word.replace(ADDRESS, kafka.bootstrap)));
      ok(texts.length > 0, wanted);
      return texts.map((command) => runKafkaTool(command, folder.path));
    };
    run("kafka-topics.sh");
    match((await doctor("producer"))[1], /FAIL Kafka: topic: /);
    run("kafka-acls.sh");
    for (const [program, ...args] of commands().filter(([, task]) => task === "schema")) {
      const given = args.map((word) => word === "producer.yaml" ? files.producer : word);
      const { code, stderr } = await sitemon(given);
      strictEqual(code, 0, `${program} ${args.join(" ")}: ${stderr}`);
    }
    for (const role of ["producer", "consumer"] as const) {
      const [code, found] = await doctor(role);
      strictEqual(code, 0, found);
      match(found, /ok {3}Kafka: topic settings: cleanup\.policy=delete/);
    }
    await using producer = new SitemonProcess(["producer", "-c", files.producer]);
    await using consumer = new SitemonProcess(["consumer", "-c", files.consumer]);
    const client = new Client({ ...database, database: db });
    await client.connect();
    await eventually(60_000, "a report in the history", async () => {
      const { rowCount } = await client.query("SELECT FROM site_report");
      return rowCount! > 0 || undefined;
    }).finally(() => client.end());
    strictEqual(await consumer.stop(), 0);
    strictEqual(await producer.stop(), 0);
    match(run("kafka-console-consumer.sh")[0]!, /^sitemon-id:[0-9a-f-]{36}\/\d+\thttp:\/\/127/);
  },
);
