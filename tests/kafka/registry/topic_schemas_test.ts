// A topic whose schemas are in a registry: a real one, and a reader that knows nothing but it.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { idBytes } from "../../../src/kafka/schema_name.ts";
import { encodeReport } from "../../../src/report/codec.ts";
import { SITE_REPORT_SCHEMA } from "../../../src/report/schema.ts";
import { TcpProxy } from "../../chaos/world/tcp_proxy.ts";
import { readByJava } from "../java/java_reader.ts";
import { clientOf, NEVER, sharedRegistry } from "./registry_fixture.ts";
import { makeTopic, readTopic, sendMessages } from "../kafka_fixture.ts";
import { eventually } from "../../support/waiting.ts";
import { sitemon } from "../../support/sitemon_process.ts";
import { uniqueName } from "../../support/unique_name.ts";
import { serviceTest } from "../../services/with_services.ts";
import { DEADLINE_MS, Pipeline, type PipelineOptions } from "../../integration/pipeline.ts";
import { gapRow } from "../../contract/publisher_contract.ts";
import { recentReport } from "../../integration/write_messages.ts";

const registryTest = serviceTest("kafka", "postgres", "own kafka", "registry");

const REPORTS = 12;

/** The registry behind a proxy, which is the network between. */
function proxied(): { proxy: TcpProxy; url: string } & AsyncDisposable {
  const { port, pathname } = new URL(sharedRegistry());
  const proxy = new TcpProxy(Number(port));
  const url = `http://${proxy.address}${pathname}`;
  return { proxy, url, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() };
}

function confluent(url: string, more = ""): Pick<PipelineOptions, "sites" | "kafka"> {
  const registry = `url: '${url}', subject: topic_record_name, timeout: 2s${more}`;
  return { sites: 2, kafka: `  format: confluent\n  registry: { ${registry} }` };
}

for (const header of [false, true]) {
  const where = header ? "in a header" : "in front of its value";
  registryTest(
    `Java reads a message by the schema named ${where}, as a consumer does`,
    async () => {
      const { sites, kafka } = confluent(sharedRegistry(), `, header: ${header}`);
      const compression = header ? "zstd" : "gzip";
      const more = `${kafka}\n  compression: ${compression}`;
      await using pipeline = await Pipeline.create({ sites, kafka: more });
      const producer = pipeline.startProducer();
      pipeline.startConsumer();
      await pipeline.historyHolds(REPORTS, { orMore: true });
      strictEqual(await producer.stop(), 0);
      const { bootstrap, topic } = pipeline;
      const { length: count } = await readTopic(bootstrap, topic);
      await pipeline.historyHolds(count);
      const read = await readByJava({ bootstrap, topic, registry: sharedRegistry(), count });
      const rows = await pipeline.query<Record<string, unknown>>(
        `SELECT sequence::int, producer_id, site, url, outcome, response_time, response_code,
         (extract(epoch FROM checked_at) * 1000000)::bigint::text AS checked_at
       FROM site_report ORDER BY sequence`,
      );
      const found = read.map(({ key, record, value }) => {
        deepStrictEqual([record, key], ["sitemon.SiteReport", value.site]);
        const { checked_at } = value;
        const named = Object.keys(rows[0]!).map((name) => [name, value[name]]);
        return { ...Object.fromEntries(named), checked_at: String(checked_at) };
      });
      found.sort((a, b) => Number(a["sequence" as never]) - Number(b["sequence" as never]));
      deepStrictEqual(found, rows.map((row) => ({ ...row })));
    },
  );
}

registryTest("a registry that is down after the first start stops nothing", async () => {
  await using registry = proxied();
  await using pipeline = await Pipeline.create(confluent(registry.url));
  const producer = pipeline.startProducer();
  const consumer = pipeline.startConsumer();
  await pipeline.historyHolds(REPORTS, { orMore: true });
  registry.proxy.change({ kind: "refusing" });
  await producer.kill();
  await consumer.kill();
  const before = await pipeline.reports();
  pipeline.startProducer();
  pipeline.startConsumer();
  await pipeline.historyHolds(before + REPORTS, { orMore: true });
  deepStrictEqual(await pipeline.query("SELECT FROM dead_letter"), []);
});

registryTest("reports wait for the registry at the first start, and say so", async () => {
  await using registry = proxied();
  registry.proxy.change({ kind: "refusing" });
  await using pipeline = await Pipeline.create(confluent(registry.url));
  const producer = pipeline.startProducer();
  pipeline.startConsumer();
  const lost = await producer.log("the reason", "lost kafka (registry): schema registry unavail");
  match(lost.message, /unavailable: http:\/\/127/);
  await producer.log("a report", "stored ");
  registry.proxy.change({ kind: "fair" });
  await pipeline.historyHolds(REPORTS, { orMore: true });
  const [first] = await pipeline.query<{ sequence: number }>(
    "SELECT min(sequence)::int AS sequence FROM site_report",
  );
  strictEqual(first!.sequence, 1);
});

/** A report under the id of a schema. */
function namedReport(id: number, sequence: number) {
  const datum = encodeReport(recentReport(sequence)).subarray(10);
  return Buffer.concat([idBytes({ id }), datum]);
}

registryTest("a registry that is down delays messages of unknown schemas alone", async () => {
  await using registry = proxied();
  const schema = JSON.stringify(SITE_REPORT_SCHEMA);
  const { id } = await clientOf().register(uniqueName("subject"), schema, NEVER);
  registry.proxy.change({ kind: "refusing" });
  await using pipeline = await Pipeline.create(confluent(registry.url));
  const { bootstrap, topic } = pipeline;
  await makeTopic(bootstrap, topic, { partitions: 2 });
  const single = (sequence: number) => Buffer.from(encodeReport(recentReport(sequence)));
  const send = (partition: number, ...values: Buffer[]) =>
    sendMessages(bootstrap, topic, values.map((value) => ({ partition, key: "k", value })));
  await send(0, single(1), namedReport(id, 2), single(3));
  const consumer = pipeline.startConsumer();
  await consumer.log("the reason", "lost registry (unavailable): ");
  await send(1, single(4), single(5));
  await pipeline.historyHolds(3);
  const sequences = async () =>
    (await pipeline.query<{ sequence: number }>(
      "SELECT sequence::int FROM site_report ORDER BY sequence",
    )).map(({ sequence }) => sequence);
  deepStrictEqual(await sequences(), [1, 4, 5]);
  registry.proxy.change({ kind: "fair" });
  await pipeline.historyHolds(5);
  deepStrictEqual(await sequences(), [1, 2, 3, 4, 5]);
  deepStrictEqual(await pipeline.query("SELECT FROM dead_letter"), []);
});

registryTest(
  "a consumer reads gaps from a topic of their own, and rewind has them read again",
  async () => {
    const gapTopic = uniqueName("gaps");
    await using pipeline = await Pipeline.create({ sites: 1, kafka: `  gap_topic: ${gapTopic}` });
    const { bootstrap } = pipeline;
    await makeTopic(bootstrap, gapTopic);
    const { payload, producerId } = gapRow(1, 2, 9);
    await sendMessages(bootstrap, gapTopic, [{ key: producerId, value: Buffer.from(payload) }]);
    const gapArrives = () =>
      eventually(DEADLINE_MS, "the gap", async () => {
        const rows = await pipeline.query<{ first: number; last: number }>(
          "SELECT first::int, last::int FROM producer_gap",
        );
        return rows.length > 0 ? rows : undefined;
      });
    const producer = pipeline.startProducer();
    const consumer = pipeline.startConsumer();
    deepStrictEqual(await gapArrives(), [{ first: 2, last: 9 }]);
    await pipeline.historyHolds(1, { orMore: true });
    for (const process of [producer, consumer]) strictEqual(await process.stop(), 0);
    await pipeline.query("DELETE FROM producer_gap");
    const { code, stderr } = await sitemon(["rewind", "-c", pipeline.consumerFile]);
    strictEqual(code, 0, stderr);
    pipeline.startConsumer();
    await gapArrives();
    const { code: doctored, stdout } = await sitemon(["doctor", "-c", pipeline.consumerFile]);
    strictEqual(doctored, 0, stdout);
    ok(stdout.includes(`ok   Kafka: group: "${pipeline.topic}-gaps" is accessible`), stdout);
  },
);

registryTest(
  "a schema that the registry lacks makes dead letters, which can be replayed",
  async () => {
    await using pipeline = await Pipeline.create(confluent(sharedRegistry()));
    const { bootstrap, topic } = pipeline;
    // Of fields that no other test has, so that it gets an id of its own.
    const variant = (name: string) =>
      JSON.stringify({
        ...SITE_REPORT_SCHEMA,
        fields: [...SITE_REPORT_SCHEMA.fields, {
          name: name.replaceAll(/\W/g, "_"),
          type: { type: "array", items: "int" },
          default: [],
        }],
      });
    const register = (name: string) => clientOf().register(uniqueName("s"), variant(name), NEVER);
    const { id } = await register(uniqueName("f"));
    await makeTopic(bootstrap, topic);
    // With the end of an empty array.
    const value = Buffer.concat([namedReport(id + 1, 1), Buffer.of(0)]);
    await sendMessages(bootstrap, topic, [{ key: "k", value }]);
    pipeline.startConsumer();
    const [letter] = await eventually(DEADLINE_MS, "the dead letter", async () => {
      const rows = await pipeline.query<{ reason: string; detail: string }>(
        "SELECT reason, detail FROM dead_letter",
      );
      return rows.length > 0 ? rows : undefined;
    });
    strictEqual(letter!.reason, "schema");
    ok(
      letter!.detail.startsWith(
        `unknown schema ids/${id + 1} of the registry: it has none; replay`,
      ),
    );
    strictEqual((await register(uniqueName("f"))).id, id + 1);
    const { code, stdout, stderr } = await sitemon(
      ["dead-letter", "replay", "-c", pipeline.consumerFile],
    );
    strictEqual(code, 0, stderr);
    match(stdout, /1/);
    await pipeline.historyHolds(1);
  },
);

registryTest("sitemon schema and doctor say what the registry has of this version", async () => {
  const secret = "hunter2-registry";
  const login = `, basic_auth: { username: u, password: ${secret} }`;
  await using pipeline = await Pipeline.create(
    confluent(sharedRegistry(), `, auto_register: false${login}`),
  );
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await sitemon([...args, "-c", pipeline.producerFile]);
    ok(!(stdout + stderr).includes(secret));
    return [code, stdout + stderr] as const;
  };
  const [shown, nothing] = await run("schema", "show");
  strictEqual(shown, 1);
  match(nothing, /^report: subject ".*-sitemon\.SiteReport" does not have this version's schema/m);
  strictEqual((await run("schema", "check"))[0], 0);
  const [unregistered, problem] = await run("doctor");
  strictEqual(unregistered, 1);
  match(problem, /FAIL schema registry: schema of reports: not in subject .*schema register"/);
  const [registered, ids] = await run("schema", "register");
  strictEqual(registered, 0);
  match(ids, /^gap: subject ".*-sitemon\.Gap" has this version's schema, ID \d+$/m);
  deepStrictEqual(await run("schema", "show"), [0, ids]);
  const [well, found] = await run("doctor");
  strictEqual(well, 0, found);
  match(found, /ok {3}schema registry: schema of gaps: subject ".*" has it, ID \d+/);
});

registryTest("sitemon schema check and doctor find a schema that is not compatible", async () => {
  await using pipeline = await Pipeline.create(confluent(sharedRegistry()));
  const other =
    '{"type":"record","name":"sitemon.Gap","fields":[{"name":"first","type":"string"}]}';
  await clientOf().register(`${pipeline.topic}-sitemon.Gap`, other, NEVER);
  const file = pipeline.producerFile;
  const checked = await sitemon(["schema", "check", "-c", file]);
  strictEqual(checked.code, 1, checked.stderr);
  match(checked.stdout, /^gap: .* this one is not compatible with: /m);
  const doctored = await sitemon(["doctor", "-c", file]);
  strictEqual(doctored.code, 1);
  match(doctored.stdout, /FAIL schema registry: schema of gaps: not compatible with the latest/);
});
