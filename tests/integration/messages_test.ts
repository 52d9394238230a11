// Goal: whatever is in the topic, each good message is applied and each bad one is kept.
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { encodeGap, encodeReport, encodeV1 } from "../../src/report/codec.ts";
import { PRODUCERS } from "../contract/site_reports.ts";
import { eventually } from "../support/waiting.ts";
import { administer, makeTopic } from "../kafka/kafka_fixture.ts";
import { produceByJava } from "../kafka/java/java_producer.ts";
import { serviceTest } from "../services/with_services.ts";
import { sitemon } from "../support/sitemon_process.ts";
import { DEADLINE_MS, Pipeline } from "./pipeline.ts";
import { recentReport, writeMessages } from "./write_messages.ts";

const pipelineTest = serviceTest("kafka", "postgres");

function rowsOf<Row>(pipeline: Pipeline, sql: string, count: number): Promise<Row[]> {
  return eventually(DEADLINE_MS, `${count} rows of ${sql}`, async () => {
    const rows = await pipeline.query<Row>(sql);
    return rows.length === count ? rows : undefined;
  });
}

// Fault 6: one message that could not be decoded ended the worker, and nothing restarted it.
pipelineTest("poison of every kind becomes dead letters, and the partition goes on", async () => {
  await using pipeline = await Pipeline.create({ sites: "  []" });
  const good = encodeReport(recentReport(1, { site: "before" }));
  const unknownSchema = good.slice();
  unknownSchema.set([1, 2, 3, 4], 2);
  await writeMessages(pipeline, [
    { value: good },
    { value: new TextEncoder().encode("poison") },
    { value: new Uint8Array() },
    { value: null },
    { value: unknownSchema },
    { value: good.slice(0, -3) },
    { value: encodeReport(recentReport(2, { response_time: -5 })) },
    { value: encodeReport(recentReport(3, { checked_at: (Date.now() + 3 * 86_400_000) * 1_000 })) },
    { value: encodeReport(recentReport(4, { site: "after" })) },
  ]);
  pipeline.startConsumer();
  deepStrictEqual(
    await rowsOf(pipeline, "SELECT site FROM site_status ORDER BY sequence", 2),
    [{ site: "before" }, { site: "after" }],
  );
  const dead = await rowsOf<{ offset: number; reason: string; value: Buffer | null }>(
    pipeline,
    `SELECT "offset"::int AS offset, reason, value FROM dead_letter ORDER BY "offset"`,
    7,
  );
  deepStrictEqual(dead.map(({ offset, reason }) => [offset, reason]), [
    [1, "undecodable"],
    [2, "undecodable"],
    [3, "undecodable"],
    [4, "schema"],
    [5, "undecodable"],
    [6, "invalid"],
    [7, "clock"],
  ]);
  strictEqual(dead[0]!.value!.toString(), "poison");
  strictEqual(dead[2]!.value, null);
});

serviceTest("kafka", "own kafka", "postgres")(
  "what another producer compresses is applied or kept as dead letters, and the partition goes on",
  async () => {
    await using pipeline = await Pipeline.create({ sites: "  []" });
    await makeTopic(pipeline.bootstrap, pipeline.topic);
    const codecs = ["gzip", "snappy", "lz4", "zstd"] as const;
    const foreign = (number: number) => new TextEncoder().encode(`line ${number} of a log`);
    const messages = codecs.flatMap((codec, index) => [
      { codec, value: encodeReport(recentReport(index + 1, { site: codec })) },
      ...Array.from({ length: 50 }, (_, number) => ({ codec, value: foreign(number) })),
    ]);
    const last = { codec: "none", value: encodeReport(recentReport(9, { site: "last" })) } as const;
    await produceByJava(pipeline, [...messages, last]);
    pipeline.startConsumer();
    const sql = "SELECT site FROM site_status ORDER BY sequence";
    const sites = [...codecs, "last"].map((site) => ({ site }));
    deepStrictEqual(await rowsOf(pipeline, sql, sites.length), sites);
    const dead = await pipeline.query("SELECT reason, count(*)::int FROM dead_letter GROUP BY 1");
    deepStrictEqual(dead, [{ reason: "undecodable", count: 200 }]);
  },
);

// Fault 7: a v1 datum could not evolve; both forms are read now, side by side in one topic.
pipelineTest("messages of the original Python service are applied beside new ones", async () => {
  await using pipeline = await Pipeline.create({ sites: "  []" });
  const old = recentReport(0, {
    url: "http://old.example/",
    response_code: 500,
    pattern_match: null,
  });
  await writeMessages(pipeline, [
    { key: btoa(old.url), value: encodeV1(old) },
    {
      key: "new",
      value: encodeReport(recentReport(1, { site: "new", outcome: "degraded", reason: "slow" })),
    },
  ]);
  pipeline.startConsumer();
  deepStrictEqual(
    await rowsOf(
      pipeline,
      `SELECT site, location, url, response_code, outcome, next_check_ms FROM site_status ORDER BY site`,
      2,
    ).then((rows) => rows[0]),
    {
      site: "http://old.example/",
      location: "default",
      url: "http://old.example/",
      response_code: 500,
      outcome: "down",
      next_check_ms: null,
    },
  );
});

// Offsets begin at 0 again, so a place alone does not say that a message is a repeated one.
pipelineTest(
  "a topic that is made again brings new messages at places that were known",
  async () => {
    await using pipeline = await Pipeline.create({ sites: "  []" });
    const v1 = encodeV1(recentReport(0, { url: "http://old.example/" }));
    const messages = [{ value: new TextEncoder().encode("poison") }, { value: v1 }];
    for (const times of [1, 2]) {
      await writeMessages(pipeline, messages);
      const consumer = pipeline.startConsumer();
      await rowsOf(pipeline, "SELECT 1 FROM site_report", times);
      await rowsOf(pipeline, `SELECT 1 FROM dead_letter WHERE "offset" = 0`, times);
      strictEqual(await consumer.stop(), 0);
      await administer(pipeline.bootstrap, (admin) => {
        return admin.deleteTopics({ topics: [pipeline.topic] });
      });
    }
    const { stdout } = await sitemon(["audit", "-c", pipeline.consumerFile]);
    match(stdout, /^Not counted: .*, 2 applied messages without sequences$/m);
    const place = `${pipeline.topic}/0/0`;
    const shown = await sitemon(["dead-letter", "show", place, "-c", pipeline.consumerFile]);
    strictEqual(shown.stdout.split(`id        ${place}\n`).length, 1 + 2, shown.stdout);
  },
);

pipelineTest("a topic that is read again from its start changes nothing", async () => {
  await using pipeline = await Pipeline.create({ sites: "  []" });
  const reports = Array.from(
    { length: 50 },
    (_, index) =>
      recentReport(index + 1, { site: `s${index % 5}`, outcome: index % 3 === 0 ? "down" : "up" }),
  );
  const gap = { producer_id: PRODUCERS[0]!, first: 51, last: 60, count: 10, reason: "coalesced" };
  await writeMessages(pipeline, [
    ...reports.map((report) => ({ value: encodeReport(report) })),
    { value: encodeGap(gap) },
  ]);
  const tables = async () => {
    const names = ["site_status", "site_report", "site_transition", "site_hour", "producer_gap"];
    const dumps = names.map((name) => pipeline.query(`SELECT t::text FROM ${name} t ORDER BY 1`));
    return await Promise.all(dumps);
  };
  const first = pipeline.startConsumer();
  await rowsOf(pipeline, "SELECT 1 FROM producer_gap", 1);
  strictEqual(await first.stop(), 0);
  const before = await tables();
  const file = Deno.readTextFileSync(pipeline.consumerFile);
  Deno.writeTextFileSync(pipeline.consumerFile, file.replace("  group: ", "  group: again_"));
  // The last message, written before the new group begins, arrives only after all the others.
  await writeMessages(pipeline, [{ value: encodeReport(recentReport(61, { site: "last" })) }]);
  await using again = pipeline.startConsumer();
  await rowsOf(pipeline, "SELECT 1 FROM site_status WHERE site = 'last'", 1);
  strictEqual(await again.stop(), 0);
  for (const table of ["site_status", "site_report", "site_transition", "site_hour"]) {
    await pipeline.query(`DELETE FROM ${table} WHERE site = 'last'`);
  }
  deepStrictEqual(await tables(), before);
});
