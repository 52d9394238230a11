// Goal: whatever befalls Kafka or the producer, reports are kept, and the operator is told.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { KafkaPublisher } from "../../src/kafka/kafka_publisher.ts";
import { Outbox } from "../../src/outbox/outbox.ts";
import { readStats } from "../../src/outbox/outbox_stats.ts";
import { systemClock as clock } from "../../src/runtime/clock.ts";
import { aReport } from "../contract/site_reports.ts";
import { eventually } from "../support/waiting.ts";
import { startHttpbin } from "../integration/httpbin.ts";
import { DEADLINE_MS, Pipeline, storedSequence } from "../integration/pipeline.ts";
import {
  connectionTo,
  FakeTelemetry,
  makeTopic,
  plainKafka,
  publisherOptions,
  rows,
  TestPublisher,
} from "../kafka/kafka_fixture.ts";
import { startKafka } from "../services/kafka.ts";
import { uniqueName } from "../support/unique_name.ts";
import { serviceTest } from "../services/with_services.ts";
import { Operator } from "./faults/operator.ts";
import { draftsOf } from "../outbox/outbox_fixture.ts";

const pipelineTest = serviceTest("kafka", "postgres");
const brokerTest = serviceTest("own kafka", "postgres");

function sites(origin: string): string {
  return Array.from({ length: 5 }, (_, i) => `  - { name: s${i}, url: '${origin}/status/200' }`)
    .join("\n");
}

/** Publishes what a producer stores, and dies before it deletes the rows. */
async function publishAndDie(pipeline: Pipeline, count: number): Promise<void> {
  const limits = { bytesMax: 2 ** 30, rowsMax: 1_000, freeBytesMin: 0, whenFull: "coalesce" };
  const telemetry = new FakeTelemetry();
  using outbox = Outbox.open({
    path: pipeline.outboxPath,
    clock,
    telemetry,
    ...limits as { whenFull: "coalesce" } & typeof limits,
  });
  const checked_at = Date.now() * 1_000;
  outbox.append(
    draftsOf(
      Array.from({ length: count }, (_, i) => aReport({ site: `retired-${i % 3}`, checked_at })),
    ),
  );
  const publisher = new KafkaPublisher(publisherOptions({
    connection: connectionTo(pipeline.bootstrap),
    topic: pipeline.topic,
  }));
  const taken = outbox.take({ rowsMax: count, bytesMax: 2 ** 20 });
  const { acknowledged } = await publisher.publish(taken);
  strictEqual(acknowledged.length, count);
  await publisher.close();
}

pipelineTest(
  "what a producer sends again after a kill changes nothing, also of sites that are gone",
  async () => {
    const COUNT = 30;
    await using httpbin = startHttpbin();
    await using pipeline = await Pipeline.create({ sites: sites(httpbin.origin) });
    await publishAndDie(pipeline, COUNT);
    const operator = new Operator(pipeline.consumerFile);
    pipeline.startConsumer();
    const retired = () =>
      pipeline.query(
        "SELECT s::text FROM site_status s WHERE site LIKE 'retired-%' ORDER BY site",
      );
    await eventually(DEADLINE_MS, "what was published", async () => {
      const [row] = await pipeline.query<{ count: number }>(
        "SELECT count(*)::int AS count FROM site_report",
      );
      return row!.count === COUNT || undefined;
    });
    const before = await retired();
    const producer = pipeline.startProducer();
    await eventually(DEADLINE_MS, "duplicates", async () => {
      const name = 'sitemon_ingest_reports_total{result="duplicate"}';
      // More, where the relay had to send them again.
      return await operator.metric(name) >= COUNT || undefined;
    });
    deepStrictEqual(await retired(), before);
    strictEqual(await producer.stop(), 0);
    strictEqual(readStats(pipeline.outboxPath).rows, 0);
  },
);

brokerTest(
  "a producer that starts without a broker checks, says so, and drains later",
  async () => {
    await using kafka = await startKafka();
    await using httpbin = startHttpbin();
    await using pipeline = await Pipeline.create({
      sites: sites(httpbin.origin),
      bootstrap: kafka.bootstrap,
    });
    const operator = new Operator(pipeline.producerFile);
    await kafka.brokers[0]!.kill();
    const producer = pipeline.startProducer();
    await operator.hears("kafka", "unreachable");
    await eventually(DEADLINE_MS, "reports", () => storedSequence(producer) > 20 || undefined);
    strictEqual(readStats(pipeline.outboxPath).sequenceFirst, 1, "nothing is gone");
    await kafka.brokers[0]!.start();
    await operator.hears("kafka", "ok");
    await eventually(DEADLINE_MS, "a drained outbox", () => {
      return readStats(pipeline.outboxPath).rows < 10 || undefined;
    });
  },
);

brokerTest("a producer that is stopped during an outage exits 0 and keeps its rows", async () => {
  await using kafka = await startKafka();
  await using httpbin = startHttpbin();
  await using pipeline = await Pipeline.create({
    sites: sites(httpbin.origin),
    bootstrap: kafka.bootstrap,
    producer: "drain_deadline: 2s",
  });
  const producer = pipeline.startProducer();
  await eventually(DEADLINE_MS, "reports", () => storedSequence(producer) > 0 || undefined);
  await kafka.brokers[0]!.kill();
  const before = storedSequence(producer);
  await eventually(DEADLINE_MS, "more", () => storedSequence(producer) > before + 20 || undefined);
  strictEqual(await producer.stop(), 0);
  const { rows, sequenceLast } = readStats(pipeline.outboxPath);
  ok(rows >= 20, `${rows} rows are kept`);
  strictEqual(sequenceLast, storedSequence(producer), "what was announced is stored");
  const told = await producer.log("the rows", ({ message }) => message.includes(" unsent "));
  match(told.message, new RegExp(`^${rows} unsent rows? kept`));
});

pipelineTest("a producer waits for a topic that it may not create, and says so", async () => {
  await using httpbin = startHttpbin();
  await using pipeline = await Pipeline.create({
    sites: sites(httpbin.origin),
    kafka: "  create_topic: false",
  });
  const operator = new Operator(pipeline.producerFile);
  pipeline.startProducer();
  await operator.hears("kafka", "topic_missing");
  const admin = plainKafka(pipeline.bootstrap).admin();
  await admin.connect();
  ok(!(await admin.listTopics()).includes(pipeline.topic), "nobody made it");
  await admin.disconnect();
  await makeTopic(pipeline.bootstrap, pipeline.topic);
  await operator.hears("kafka", "ok");
  await eventually(DEADLINE_MS, "a drained outbox", () => {
    return readStats(pipeline.outboxPath).rows < 10 || undefined;
  });
});

pipelineTest("a topic that is deleted is made again, and reports flow on", async () => {
  await using httpbin = startHttpbin();
  await using pipeline = await Pipeline.create({ sites: sites(httpbin.origin) });
  const producer = pipeline.startProducer();
  pipeline.startConsumer();
  const newest = async () => {
    const [row] = await pipeline.query<{ newest: number | null }>(
      "SELECT max(sequence)::int AS newest FROM site_report",
    );
    return row!.newest ?? 0;
  };
  await eventually(DEADLINE_MS, "reports", async () => await newest() > 20 || undefined);
  const admin = plainKafka(pipeline.bootstrap).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [pipeline.topic] });
  await admin.disconnect();
  const before = storedSequence(producer);
  // What Kafka acknowledged amid the deletion went with the topic.
  const [first, last] = [before + 41, before + 60];
  await eventually(DEADLINE_MS, "reports that were stored after the deletion", async () => {
    const [row] = await pipeline.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM site_report WHERE sequence BETWEEN $1 AND $2",
      [first, last],
    );
    return row!.count === last - first + 1 || undefined;
  });
});

brokerTest(
  "publish() keeps rows while replicas are too few, and goes on when they are back",
  async () => {
    const BROKERS = 3;
    await using kafka = await startKafka({ brokers: BROKERS });
    const topic = uniqueName("topic");
    await makeTopic(kafka.bootstrap, topic, {
      settings: { "min.insync.replicas": String(BROKERS) },
    });
    const connection = connectionTo(kafka.bootstrap);
    await using publisher = new TestPublisher(publisherOptions({ topic, connection }));
    strictEqual((await publisher.publish(rows(3))).acknowledged.length, 3);
    const [broker] = kafka.brokers;
    await broker!.kill();
    await eventually(DEADLINE_MS, "too few replicas", async () => {
      const { failure } = await publisher.publish(rows(3, 4)).catch((failure) => ({ failure }));
      ok(failure?.isTemporary, "rows that may be stored later are no dead letters");
      return failure.message.includes("NOT_ENOUGH_REPLICAS") || undefined;
    });
    await broker!.start();
    await eventually(DEADLINE_MS, "acknowledged rows", async () => {
      return (await publisher.publish(rows(3, 4))).acknowledged.length === 3 || undefined;
    });
  },
);
