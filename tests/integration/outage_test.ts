// Goal: an outage delays reports, and never loses one.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { readStats } from "../../src/outbox/outbox_stats.ts";
import { eventually } from "../support/waiting.ts";
import { startKafka } from "../services/kafka.ts";
import { serviceTest } from "../services/with_services.ts";
import { DEADLINE_MS, Pipeline, storedSequence, storesMoreThan } from "./pipeline.ts";
import { sequencesOf } from "./topic_reader.ts";

const brokerTest = serviceTest("own kafka", "postgres");
const pipelineTest = serviceTest("kafka", "postgres");

function allFrom1To(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

// Faults 4 and 5: a broker outage lost what was found meanwhile, and reconnecting gave up.
brokerTest("a broker that is killed loses nothing", async () => {
  const OUTAGE_MS_MAX = 20_000;
  await using kafka = await startKafka();
  await using pipeline = await Pipeline.create({ sites: 20, bootstrap: kafka.bootstrap });
  const producer = pipeline.startProducer();
  pipeline.startConsumer();
  await storesMoreThan(producer, 100);
  const [broker] = kafka.brokers;
  await broker!.kill();
  const storedBefore = storedSequence(producer);
  const startMs = performance.now();
  await storesMoreThan(producer, storedBefore + 400);
  const outageMs = performance.now() - startMs;
  ok(outageMs < OUTAGE_MS_MAX, `checks kept their schedule: 400 reports in ${outageMs} ms`);
  const backlog = readStats(pipeline.outboxPath).rows;
  ok(backlog > 300, `the outbox holds the backlog: ${backlog} rows`);
  await broker!.start();
  await eventually(DEADLINE_MS, "a drained backlog", () => {
    return readStats(pipeline.outboxPath).rows < 40 || undefined;
  });
  strictEqual(await producer.stop(), 0);
  strictEqual(readStats(pipeline.outboxPath).rows, 0, "a stop publishes what is left");
  const end = storedSequence(producer);
  const { published, dropped } = await sequencesOf(kafka.bootstrap, pipeline.topic);
  deepStrictEqual([...published.keys()].sort((a, b) => a - b), allFrom1To(end));
  strictEqual(dropped.size, 0);
  await pipeline.historyHolds(end);
});

pipelineTest("a producer that is killed again and again loses nothing that it stored", async () => {
  await using pipeline = await Pipeline.create({ sites: 20, interval: "200ms" });
  pipeline.startConsumer();
  let stored = 0;
  for (let kill = 1; kill <= 4; kill++) {
    const producer = pipeline.startProducer();
    const before = stored;
    await eventually(DEADLINE_MS, "new reports", () => {
      stored = Math.max(stored, storedSequence(producer));
      return stored > before + 50 || undefined;
    });
    await producer.kill();
    stored = Math.max(stored, storedSequence(producer));
  }
  const producer = pipeline.startProducer();
  await producer.log("a last report", "stored ");
  strictEqual(await producer.stop(), 0);
  const end = storedSequence(producer);
  ok(end > stored);
  const { published } = await sequencesOf(pipeline.bootstrap, pipeline.topic);
  deepStrictEqual([...published.keys()].sort((a, b) => a - b), allFrom1To(end));
  await pipeline.historyHolds(end);
});

// Fault 3: what a crash of the consumer lost or repeated was luck.
pipelineTest("consumers that are killed again and again apply each report once", async () => {
  await using pipeline = await Pipeline.create({
    sites: 20,
    interval: "200ms",
    consumers: 2,
  });
  const producer = pipeline.startProducer();
  const applied = () => pipeline.reports().catch(() => 0);
  for (let kill = 1; kill <= 2; kill++) {
    const consumer = pipeline.startConsumer();
    await pipeline.historyHolds(await applied() + 20, { orMore: true });
    await consumer.kill();
  }
  strictEqual(await producer.stop(), 0);
  const end = storedSequence(producer);
  const consumer = pipeline.startConsumer();
  await pipeline.historyHolds(end);
  strictEqual(await consumer.stop(), 0);
  const rollup = await pipeline.query("SELECT sum(up)::int AS up FROM site_hour");
  deepStrictEqual(rollup, [{ up: end }], "the rollup counts each report once");
});
