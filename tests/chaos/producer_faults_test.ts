// Goal: whatever happens to Kafka or the producer, reports are kept, and readiness says what is wrong.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { dirname } from "node:path";
import { ConfigResourceTypes } from "kafkajs";
import { KafkaPublisher } from "../../src/kafka/kafka_publisher.ts";
import { readDeadLetters } from "../../src/outbox/dead_letters.ts";
import { Outbox } from "../../src/outbox/outbox.ts";
import { readStats } from "../../src/outbox/outbox_stats.ts";
import { systemClock as clock } from "../../src/runtime/clock.ts";
import { aReport } from "../contract/site_reports.ts";
import { eventually, within } from "../support/waiting.ts";
import { DEADLINE_MS, Pipeline, storedSequence, storesMoreThan } from "../integration/pipeline.ts";
import {
  administer,
  connectionTo,
  FakeTelemetry,
  makeTopic,
  publisherOptions,
  rows,
  TestPublisher,
} from "../kafka/kafka_fixture.ts";
import { startKafka } from "../services/kafka.ts";
import { uniqueName } from "../support/unique_name.ts";
import { serviceTest } from "../services/with_services.ts";
import { Operator } from "./faults/operator.ts";
import { draftsOf } from "../outbox/outbox_fixture.ts";
import { SmallDisk, WITHOUT_SMALL_DISK } from "../outbox/file/small_disk.ts";
import { machineTest } from "../support/machine_tests.ts";

const pipelineTest = serviceTest("kafka", "postgres");
const brokerTest = serviceTest("own kafka", "postgres");

async function drains({ outboxPath }: Pipeline): Promise<void> {
  await eventually(DEADLINE_MS, "a drained outbox", () => {
    return readStats(outboxPath).rows < 10 || undefined;
  });
}

/** Publishes what a producer stores, and dies before it deletes the rows. */
async function publishAndDie(pipeline: Pipeline, count: number): Promise<void> {
  const limits = { bytesMax: 2 ** 30, rowsMax: 1_000, freeBytesMin: 0 };
  const own = { path: pipeline.outboxPath, clock, telemetry: new FakeTelemetry() };
  using outbox = Outbox.open({ ...own, ...limits, whenFull: "coalesce" });
  const checked_at = Date.now() * 1_000;
  const reports = Array.from({ length: count }, (_, n) => {
    return aReport({ site: `retired-${n % 3}`, checked_at });
  });
  outbox.append(draftsOf(reports));
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
    await using pipeline = await Pipeline.create({ sites: 5 });
    await publishAndDie(pipeline, COUNT);
    const operator = new Operator(pipeline.consumerFile);
    pipeline.startConsumer();
    const retired = () =>
      pipeline.query(
        "SELECT s::text FROM site_status s WHERE site LIKE 'retired-%' ORDER BY site",
      );
    await pipeline.historyHolds(COUNT);
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
    await using pipeline = await Pipeline.create({ sites: 5, bootstrap: kafka.bootstrap });
    const operator = new Operator(pipeline.producerFile);
    await kafka.brokers[0]!.kill();
    const producer = pipeline.startProducer();
    await operator.hears("kafka", "unreachable");
    await storesMoreThan(producer, 20);
    strictEqual(readStats(pipeline.outboxPath).sequenceFirst, 1, "nothing is gone");
    await kafka.brokers[0]!.start();
    await operator.hears("kafka", "ok");
    await drains(pipeline);
  },
);

brokerTest(
  "a producer that is stopped during an outage ends within 5 s and keeps its rows",
  async () => {
    for (const fault of ["kill", "suspend"] as const) await endsDuringOutage(fault);
  },
);

async function endsDuringOutage(fault: "kill" | "suspend"): Promise<void> {
  await using kafka = await startKafka();
  await using pipeline = await Pipeline.create({ sites: 5, bootstrap: kafka.bootstrap });
  const producer = pipeline.startProducer();
  await storesMoreThan(producer, 0);
  await kafka.brokers[0]![fault]();
  // Of what the log has said until now, some may have been published.
  await eventually(DEADLINE_MS, "unsent rows", () => {
    return readStats(pipeline.outboxPath).rows >= 20 || undefined;
  });
  strictEqual(await within(5_000, `an end after ${fault}`, producer.stop()), 0);
  const { rows, sequenceLast } = readStats(pipeline.outboxPath);
  ok(rows >= 20, `${rows} rows are kept`);
  strictEqual(sequenceLast, storedSequence(producer), "what was announced is stored");
  const told = await producer.log("the rows", ({ message }) => message.includes(" unsent "));
  match(told.message, new RegExp(`^${rows} unsent rows? kept`));
}

const smallDiskTest = machineTest(WITHOUT_SMALL_DISK, brokerTest);

smallDiskTest(
  "a backlog drains on a disk that others have filled, as soon as the broker is back",
  async () => {
    await using kafka = await startKafka();
    await using pipeline = await Pipeline.create({ sites: 20, bootstrap: kafka.bootstrap });
    using disk = new SmallDisk(24, "root", dirname(pipeline.outboxPath));
    const yaml = Deno.readTextFileSync(pipeline.producerFile);
    const limited = yaml.replace("outbox.db' }", "outbox.db', min_free_bytes: 1MiB }");
    Deno.writeTextFileSync(pipeline.producerFile, limited);
    const operator = new Operator(pipeline.producerFile);
    const producer = pipeline.startProducer();
    await storesMoreThan(producer, 0);
    await kafka.brokers[0]!.kill();
    await storesMoreThan(producer, storedSequence(producer) + 500);
    disk.fill();
    await operator.hears("kafka", "unreachable");
    await kafka.brokers[0]!.start();
    await operator.hears("kafka", "ok");
    await drains(pipeline);
    // New reports fit into the pages of those that were sent.
    await storesMoreThan(producer, storedSequence(producer) + 20);
    strictEqual(disk.freeBytes(), 0, "nobody has freed space");
    strictEqual(await producer.stop(), 0);
  },
);

pipelineTest("a producer waits for a topic that it may not create, and says so", async () => {
  await using pipeline = await Pipeline.create({
    sites: 5,
    kafka: "  create_topic: false",
  });
  const operator = new Operator(pipeline.producerFile);
  pipeline.startProducer();
  await operator.hears("kafka", "topic_missing");
  const topics = await administer(pipeline.bootstrap, (admin) => admin.listTopics());
  ok(!topics.includes(pipeline.topic), "nobody made it");
  await makeTopic(pipeline.bootstrap, pipeline.topic);
  await operator.hears("kafka", "ok");
  await drains(pipeline);
});

pipelineTest(
  "a topic that refuses every size keeps the rows waiting, until it takes them",
  async () => {
    await using pipeline = await Pipeline.create({ sites: 5 });
    const { bootstrap, topic } = pipeline;
    await makeTopic(bootstrap, topic, { settings: { "max.message.bytes": "100" } });
    const operator = new Operator(pipeline.producerFile);
    const producer = pipeline.startProducer();
    await storesMoreThan(producer, 20);
    await operator.hears("kafka", "message_limit");
    deepStrictEqual(readDeadLetters(pipeline.outboxPath), []);
    await administer(bootstrap, (admin) => {
      const configEntries = [{ name: "max.message.bytes", value: "1000000" }];
      const topicResource = { type: ConfigResourceTypes.TOPIC, name: topic, configEntries };
      return admin.alterConfigs({ validateOnly: false, resources: [topicResource] });
    });
    await operator.hears("kafka", "ok");
    await drains(pipeline);
  },
);

pipelineTest("a topic that is deleted is made again, and reports flow on", async () => {
  await using pipeline = await Pipeline.create({ sites: 5 });
  const producer = pipeline.startProducer();
  const consumer = pipeline.startConsumer();
  await pipeline.historyHolds(20, { orMore: true });
  await administer(pipeline.bootstrap, (admin) => {
    return admin.deleteTopics({ topics: [pipeline.topic] });
  });
  // By either, the second time. What Kafka acknowledged before went with the topic.
  await eventually(DEADLINE_MS, "the topic again", () => {
    const logs = [...producer.logs, ...consumer.logs];
    const created = logs.filter(({ message }) => message === `created topic ${pipeline.topic}`);
    return created.length > 1 || undefined;
  });
  const before = storedSequence(producer);
  const [first, last] = [before + 1, before + 20];
  await eventually(DEADLINE_MS, "reports that were stored after the deletion", async () => {
    return await pipeline.reports(first, last) === last - first + 1 || undefined;
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
    await using publisher = new TestPublisher({ topic, connection });
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
