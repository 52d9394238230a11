// Goal: whatever happened, an operator can say whether anything was lost, and repair what can be.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { encodeGap, encodeReport, encodeV1 } from "../../src/report/codec.ts";
import { aReport, PRODUCERS } from "../contract/site_reports.ts";
import { eventually } from "../support/waiting.ts";
import { serviceTest } from "../services/with_services.ts";
import { type LogLine, sitemon } from "../support/sitemon_process.ts";
import { DEADLINE_MS, Pipeline, storedSequence, storesMoreThan } from "./pipeline.ts";
import { recentReport, writeMessages } from "./write_messages.ts";

const pipelineTest = serviceTest("kafka", "postgres");
/** Refuses every connection. */
const NOWHERE = "127.0.0.1:1";

/** What a command printed as JSON, and its exit code. */
async function asked(args: string[]) {
  const { code, stdout, stderr } = await sitemon(args);
  const lines = stdout.split("\n").filter((line) => line !== "");
  return { code, stderr, objects: lines.map((line) => JSON.parse(line)) };
}

function audited(pipeline: Pipeline) {
  return asked(["audit", "-c", pipeline.consumerFile, "--json"]);
}

pipelineTest(
  "audit finds nothing missing after everything was killed, and then what is",
  async () => {
    await using pipeline = await Pipeline.create({ sites: 10 });
    for (let round = 0; round < 2; round++) {
      const producer = pipeline.startProducer();
      const consumer = pipeline.startConsumer();
      await storesMoreThan(producer, storedSequence(producer) + 30);
      await Promise.all([producer.kill(), consumer.kill()]);
    }
    const producer = pipeline.startProducer();
    pipeline.startConsumer();
    await producer.log("a report", "stored ");
    strictEqual(await producer.stop(), 0);
    const end = storedSequence(producer);
    await pipeline.historyHolds(end, { orMore: true });

    const clean = await audited(pipeline);
    strictEqual(clean.code, 0, clean.stderr);
    const { producer_id, produced, applied, missing } = clean.objects[0];
    deepStrictEqual([clean.objects.length, produced, applied, missing], [1, end, end, 0]);

    const lost = Math.floor(end / 2);
    await pipeline.query("DELETE FROM site_report WHERE sequence = $1", [lost]);
    const { code, objects: [after] } = await audited(pipeline);
    strictEqual(code, 1);
    deepStrictEqual([after.applied, after.missing, after.missing_ranges], [end - 1, 1, [
      { first: lost, last: lost },
    ]]);
    const { stdout } = await sitemon(["audit", "-c", pipeline.consumerFile, "--since", "1h"]);
    const found = `Missing sequences from ${producer_id}: ${lost}\n1 report is missing`;
    ok(stdout.includes(found), stdout);
  },
);

pipelineTest(
  "dead letters are counted by the audit, shown, and replayed into what they hold",
  async () => {
    await using pipeline = await Pipeline.create({ sites: "  []" });
    const id = PRODUCERS[0];
    const unknown = encodeReport(recentReport(6, { site: "later" }));
    unknown.set([1, 2, 3, 4], 2);
    const gap = { producer_id: id, first: 3, last: 5, count: 3, reason: "coalesced" };
    await writeMessages(pipeline, [
      { value: encodeReport(recentReport(1)), id: `${id}/1` },
      { value: encodeReport(recentReport(2)), id: `${id}/2` },
      { value: encodeGap(gap), id: `${id}/3` },
      { value: unknown, id: `${id}/6` },
      { value: new TextEncoder().encode("po\x1b[2Jison"), id: `${id}/7` },
      { value: encodeV1(aReport({ response_time: -1 })) },
      { value: encodeReport(recentReport(8)), id: `${id}/8` },
    ]);
    pipeline.startConsumer();
    await pipeline.historyHolds(3, { orMore: true });
    const { code, objects: [counted, unassigned] } = await audited(pipeline);
    const { produced, applied, dropped, dead, missing } = counted;
    deepStrictEqual([code, produced, applied, dropped, dead, missing], [0, 8, 3, 3, 2, 0]);
    deepStrictEqual(unassigned, { producer_id: null, counted: false, dead: 1 });

    const deadLetter = (...args: string[]) => ["dead-letter", ...args, "-c", pipeline.consumerFile];
    const { objects: list } = await asked(deadLetter("list", "--json"));
    deepStrictEqual(list.map(({ reason, sitemon_id }) => [reason, sitemon_id]), [
      ["schema", `${id}/6`],
      ["undecodable", `${id}/7`],
      ["invalid", null],
    ]);
    const shown = await sitemon(deadLetter("show", list[1].id));
    strictEqual(shown.code, 0, shown.stderr);
    ok(shown.stdout.includes("70 6f 1b 5b 32 4a 69 73"), shown.stdout);
    ok(!shown.stdout.includes("\x1b"), "no bytes of a message reach the terminal as they are");

    // As a version that knows the schema finds it.
    await pipeline.query(`UPDATE dead_letter SET value = $1 WHERE reason = 'schema'`, [
      Buffer.from(encodeReport(recentReport(6, { site: "later" }))),
    ]);
    const replayed = await asked(deadLetter("replay", "--json"));
    deepStrictEqual([replayed.code, replayed.objects], [1, [{ applied: 1, remaining: 2 }]]);
    ok(replayed.stderr.includes(`${list[2].id} cannot be applied (invalid)`), replayed.stderr);
    const { objects: [after] } = await audited(pipeline);
    deepStrictEqual([after.applied, after.dead, after.missing], [4, 1, 0]);
    const nothing = await sitemon(deadLetter("replay", "nowhere/0/1"));
    strictEqual(nothing.code, 1);
  },
);

pipelineTest(
  "a stopped producer's outbox is drained after an outage, and not before",
  async () => {
    await using pipeline = await Pipeline.create({
      sites: 10,
      bootstrap: NOWHERE,
      producer: "shutdown_timeout: 1s",
    });
    const producer = pipeline.startProducer();
    await storesMoreThan(producer, 30);
    const drain = ["outbox", "drain", "-c", pipeline.producerFile];
    const locked = await sitemon(drain);
    strictEqual(locked.code, 75);
    match(locked.stderr, /is in use by another process \(pid \d+\)/);
    strictEqual((await sitemon(["outbox", "export", "-c", pipeline.producerFile])).code, 75);
    strictEqual(await producer.stop(), 0);
    const end = storedSequence(producer);

    const exported = await asked(["outbox", "export", "-c", pipeline.producerFile]);
    strictEqual(exported.code, 0, exported.stderr);
    deepStrictEqual(
      exported.objects.map(({ kind, sequence }) => [kind, sequence]),
      Array.from({ length: end }, (_, index) => ["report", index + 1]),
    );
    for (const file of [pipeline.producerFile, pipeline.consumerFile]) {
      const text = Deno.readTextFileSync(file);
      Deno.writeTextFileSync(file, text.replace(NOWHERE, Deno.env.get("SITEMON_TEST_KAFKA")!));
    }
    const drained = await sitemon(drain);
    strictEqual(drained.code, 0, drained.stderr);
    strictEqual(drained.stdout, `Published ${end} rows; the outbox is empty\n`);
    pipeline.startConsumer();
    await pipeline.historyHolds(end, { orMore: true });
    const { code, objects: [audit] } = await audited(pipeline);
    deepStrictEqual([code, audit.produced, audit.missing], [0, end, 0]);
  },
);

pipelineTest(
  "an outbox that is removed under its producer is reported, and nothing is missing",
  async () => {
    await using pipeline = await Pipeline.create({ sites: 10, producer: "listen: 127.0.0.1:0" });
    const producer = pipeline.startProducer();
    pipeline.startConsumer();
    await storesMoreThan(producer, 30);
    Deno.removeSync(pipeline.outboxPath);
    const isLoss = ({ message }: LogLine) => message.includes("removed or replaced");
    const told = await producer.log("the loss", isLoss);
    strictEqual(told.level, "error");
    const { logs } = producer;
    const isAfter = (line: LogLine) => logs.indexOf(line) > logs.indexOf(told);
    await producer.log("a report in the new file", (line) => line.first === 1 && isAfter(line));
    strictEqual(await producer.stop(), 0);
    const { code, objects } = await eventually(DEADLINE_MS, "two producers", async () => {
      const answer = await audited(pipeline);
      return answer.objects.length === 2 ? answer : undefined;
    });
    strictEqual(code, 0, JSON.stringify(objects));
  },
);

pipelineTest("a database that lost its tables misses a producer, and is restored", async () => {
  await using pipeline = await Pipeline.create({ sites: "  []" });
  const write = (producer_id: string, count: number) => {
    const reports = Array.from({ length: count }, (_, n) => {
      return recentReport(n + 1, { producer_id, site: `s${n % 3}` });
    });
    return writeMessages(
      pipeline,
      reports.map((report) => {
        return { value: encodeReport(report), id: `${producer_id}/${report.sequence}` };
      }),
    );
  };
  const rewind = () => sitemon(["rewind", "-c", pipeline.consumerFile]);
  const [lost, kept] = PRODUCERS;
  await write(lost, 20);
  const first = pipeline.startConsumer();
  await pipeline.historyHolds(20);
  const early = await rewind();
  deepStrictEqual([early.code, early.stdout], [74, ""]);
  match(early.stderr, /^group ".*" has consumers that run; stop them first\n$/);
  strictEqual(await first.stop(), 0);

  await pipeline.query("DROP SCHEMA public CASCADE");
  await pipeline.query("CREATE SCHEMA public");
  await write(kept, 5);
  const second = pipeline.startConsumer();
  await pipeline.historyHolds(5);
  strictEqual(await second.stop(), 0);
  const { code, objects: [compared, absent] } = await audited(pipeline);
  deepStrictEqual([code, compared.producer_id, compared.missing], [1, kept, 0]);
  deepStrictEqual([absent.producer_id, absent.absent, absent.counted], [lost, true, false]);

  const { stdout, stderr } = await rewind();
  match(stdout, /^Group ".*" will read topic ".*" again: 25 messages in 1 partition, once/, stderr);
  pipeline.startConsumer();
  await pipeline.historyHolds(25);
  strictEqual((await audited(pipeline)).code, 0);
});

pipelineTest("a damaged outbox is not exported, and the next start moves it aside", async () => {
  await using pipeline = await Pipeline.create({
    sites: 10,
    bootstrap: NOWHERE,
    producer: "shutdown_timeout: 1s",
  });
  const producer = pipeline.startProducer();
  await storesMoreThan(producer, 30);
  // In order, so that all of it is in the file: what is in the log would repair its header.
  strictEqual(await producer.stop(), 0);
  using file = Deno.openSync(pipeline.outboxPath, { write: true });
  file.writeSync(new Uint8Array(100).fill(7));
  const export_ = ["outbox", "export", "-c", pipeline.producerFile];
  const before = await asked(export_);
  strictEqual(before.code, 74);
  match(before.stderr, /is damaged: .*recover its rows with "sqlite3 .* \.recover"/);
  deepStrictEqual(before.objects, []);

  const next = pipeline.startProducer();
  const { message } = await next.log("the damage", ({ message }) => message.includes(" moved to "));
  const [, folder] = /moved to "(.*?)"/.exec(message)!;
  const aside = await asked([...export_, "--path", `${folder}/outbox.db`]);
  match(aside.stderr, /is damaged/);
});
