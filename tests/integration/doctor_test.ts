// What the doctor finds at real servers, and that it finds it with the threads' own permissions.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Finding } from "../../src/runtime/finding.ts";
import { freePort } from "../support/free_port.ts";
import { serviceTest } from "../services/with_services.ts";
import { sitemon } from "../support/sitemon_process.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { makeTopic } from "../kafka/kafka_fixture.ts";
import { Pipeline } from "./pipeline.ts";

async function doctor(file: string) {
  const { code, stdout, stderr } = await sitemon(["doctor", "-c", file, "--json"]);
  const findings: Finding[] = stdout.split("\n").filter((line) => line !== "")
    .map((line) => JSON.parse(line));
  return { code, stderr, findings, problems: findings.filter((finding) => !finding.ok) };
}

const steps = (findings: readonly Finding[]) => findings.map(({ step }) => step).join(", ");

/** Lets the consumer log in as another role. */
function logIn({ consumerFile }: Pipeline, user: string, password: string): void {
  const yaml = Deno.readTextFileSync(consumerFile).replace(/user: [^,]+,/, `user: ${user},`);
  Deno.writeTextFileSync(
    consumerFile,
    yaml.replace(/password: [^,]+,/, `password: ${password},`),
  );
}

const kafkaTest = serviceTest("kafka", "postgres");

kafkaTest("sitemon doctor finds no problem, where there is none, and changes nothing", async () => {
  await using pipeline = await Pipeline.create({
    sites: "  - { url: 'http://a.example/' }",
    producer: "scanner: { group: checkers }",
  });
  const producer = await doctor(pipeline.producerFile);
  deepStrictEqual([producer.code, producer.problems], [0, []], producer.stderr);
  strictEqual(
    steps(producer.findings),
    "configuration, folder, disk space, connect, login, listeners, topic, topic",
  );
  const [ofReports, ofGroup] = producer.findings.slice(-2);
  match(ofReports!.detail, /does not exist yet and will be created/);
  match(ofGroup!.detail, /-scanners" does not exist yet and will be created/);
  deepStrictEqual([...Deno.readDirSync(`${pipeline.folder}/outbox`)], []);
  const consumer = await doctor(pipeline.consumerFile);
  deepStrictEqual([consumer.code, consumer.problems], [0, []], consumer.stderr);
  match(steps(consumer.findings), /connect, login, clock, schema version, privileges$/);
  const tables = await pipeline.query("SELECT FROM pg_class WHERE relname = 'schema_migration'");
  strictEqual(tables.length, 0);
});

kafkaTest(
  "sitemon doctor says why a topic cannot be created, and what one does to reports",
  async () => {
    const sites = "  - { url: 'http://a.example/' }";
    await using missing = await Pipeline.create({ sites, kafka: "  replication_factor: 3" });
    const { code, problems } = await doctor(missing.producerFile);
    deepStrictEqual([code, steps(problems)], [1, "topic"]);
    match(problems[0]!.detail, /cannot be created: .*Unable to replicate the partition 3 time/);
    await using compacted = await Pipeline.create({ sites });
    const { bootstrap, topic } = compacted;
    await makeTopic(bootstrap, topic, { settings: { "cleanup.policy": "compact" } });
    const found = await doctor(compacted.producerFile);
    deepStrictEqual([found.code, steps(found.problems)], [1, "topic settings"]);
    match(found.problems[0]!.detail, /^"cleanup\.policy" is "compact": /);
    await using plain = await Pipeline.create({ sites });
    await makeTopic(bootstrap, plain.topic, { settings: { "compression.type": "lz4" } });
    const { findings } = await doctor(plain.consumerFile);
    const settings = findings.find(({ step }) => step === "topic settings")!;
    match(
      settings.detail,
      /^cleanup\.policy=delete, compression\.type=lz4, max\.message\.bytes=\d+, /,
    );
  },
);

kafkaTest("sitemon doctor says that a log-in fails, and never with which password", async () => {
  await using pipeline = await Pipeline.create({ sites: "  - { url: 'http://a.example/' }" });
  logIn(pipeline, "nobody_of_that_name", "planted-secret");
  const { code, problems, findings } = await doctor(pipeline.consumerFile);
  strictEqual(code, 1);
  strictEqual(steps(problems), "login");
  match(problems[0]!.detail, /check user, password/);
  ok(!JSON.stringify(findings).includes("planted-secret"));
});

kafkaTest("sitemon doctor names the rights that a role lacks", async () => {
  await using pipeline = await Pipeline.create({ sites: "  - { url: 'http://a.example/' }" });
  const role = `weak_${crypto.randomUUID().slice(0, 8)}`;
  await pipeline.query(`CREATE ROLE ${role} LOGIN PASSWORD 'weak'`);
  await pipeline.query("REVOKE CREATE ON SCHEMA public FROM public");
  logIn(pipeline, role, "weak");
  const { problems } = await doctor(pipeline.consumerFile);
  await pipeline.query(`DROP ROLE ${role}`);
  strictEqual(steps(problems), "privileges");
  match(problems[0]!.detail, /may not create tables; grant it CREATE, or run "sitemon migrate"/);
});

Deno.test("sitemon doctor distinguishes a missing server, a missing folder and a full disk", async () => {
  using place = new TempFolder();
  const port = freePort();
  const file = place.write(
    "a.yaml",
    `
sites: [{ url: 'http://a.example/' }]
outbox: { path: '${place.path}/o.db', min_free_bytes: 1TiB }
kafka: { servers: ['127.0.0.1:${port}', 'no-such-host.invalid:9092'] }
postgres: { host: 127.0.0.1, port: ${port}, user: u }
`,
  );
  const { code, problems } = await doctor(file);
  strictEqual(code, 1);
  strictEqual(steps(problems), "disk space, connect, resolve, connect");
  match(problems[0]!.detail, /MiB free, but "outbox\.min_free_bytes" is 1048576 MiB/);
  match(problems[1]!.detail, /refused.*; check that the server runs, and the port/i);
  match(problems[2]!.detail, /cannot resolve "no-such-host\.invalid"; check the name and DNS/);
  const missing = place.write(
    "a.yaml",
    `
sites: [{ url: 'http://a.example/' }]
outbox: { path: '${place.path}/missing/o.db' }
store: { path: '${place.path}/s.db' }
`,
  );
  const second = await doctor(missing);
  strictEqual(steps(second.problems), "folder");
  match(second.problems[0]!.detail, /create it for this user, or change "outbox\.path"/);
});

Deno.test("sitemon doctor lists every mistake of a file and tries nothing", async () => {
  using place = new TempFolder();
  const file = place.write("a.yaml", "intervall: 1\nkafka: { server: 'http://nowhere' }");
  const { code, stderr, findings } = await doctor(file);
  deepStrictEqual([code, findings], [78, []]);
  strictEqual(stderr.trim().split("\n").length, 2);
});
