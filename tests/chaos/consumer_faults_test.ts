// Goal: whatever happens to PostgreSQL, the group or the consumers, each report counts once.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { encodeReport } from "../../src/report/codec.ts";
import { aReport } from "../contract/site_reports.ts";
import { eventually, within } from "../support/waiting.ts";
import { DEADLINE_MS, Pipeline } from "../integration/pipeline.ts";
import { administer, makeTopic, sendMessages } from "../kafka/kafka_fixture.ts";
import { SmallDisk, WITHOUT_SMALL_DISK } from "../outbox/file/small_disk.ts";
import { createDatabaseIn, type TestDatabase } from "../services/database.ts";
import { freePort } from "../support/free_port.ts";
import { startKafka } from "../services/kafka.ts";
import { startPostgres } from "../services/postgres.ts";
import { serviceTest } from "../services/with_services.ts";
import { machineTest } from "../support/machine_tests.ts";
import type { SitemonProcess } from "../support/sitemon_process.ts";
import { Operator } from "./faults/operator.ts";
import { TcpProxy } from "./world/tcp_proxy.ts";

const pipelineTest = serviceTest("kafka", "postgres");
const brokerTest = serviceTest("own kafka", "postgres");
const fullDiskTest = machineTest(WITHOUT_SMALL_DISK, serviceTest("kafka", "own postgres"));

/** A pipeline whose consumers are the whole of it; the tests write to its topic themselves. */
async function consumersOf(
  { partitions = 1, ...options }: {
    consumers?: number;
    partitions?: number;
    bootstrap?: string;
    database?: TestDatabase;
  } = {},
): Promise<Pipeline> {
  const pipeline = await Pipeline.create({ sites: "  []", ...options });
  await makeTopic(pipeline.bootstrap, pipeline.topic, { partitions });
  return pipeline;
}

/** Writes reports `first` to `last` of one site to a partition. */
async function write(
  pipeline: Pipeline,
  { first, last, partition = 0 }: { first: number; last: number; partition?: number },
): Promise<void> {
  const recorded_at = Date.now() * 1_000;
  const messages = Array.from({ length: last - first + 1 }, (_, index) => {
    const report = aReport({ sequence: first + index, recorded_at: recorded_at + index });
    return { partition, value: Buffer.from(encodeReport(report)) };
  });
  await sendMessages(pipeline.bootstrap, pipeline.topic, messages);
}

/** What each message "joined group" names. */
function joined({ logs }: SitemonProcess): string[] {
  return logs.filter(({ message }) => message.startsWith("joined group"))
    .map(({ partitions }) => String(partitions));
}

async function joins(process: SitemonProcess, partitions: string, times = 1): Promise<void> {
  await eventually(DEADLINE_MS, `partitions ${partitions}`, () => {
    return joined(process).filter((names) => names === partitions).length >= times || undefined;
  });
}

/** Locks the history until it is released. */
async function lockHistory(pipeline: Pipeline) {
  await pipeline.query("BEGIN; LOCK TABLE site_report IN ACCESS EXCLUSIVE MODE");
  return {
    isWaitedFor: (atLeastMs = 0) => {
      const endMs = performance.now() + atLeastMs;
      return eventually(DEADLINE_MS, "a transaction that waits for the lock", async () => {
        const [waiting] = await pipeline.query("SELECT 1 FROM pg_locks WHERE NOT granted");
        return waiting !== undefined && performance.now() > endMs || undefined;
      });
    },
    release: () => pipeline.query("COMMIT"),
  };
}

/** Puts a proxy between the consumers that start from now on and their database. */
function proxyBefore(pipeline: Pipeline): TcpProxy {
  const text = Deno.readTextFileSync(pipeline.consumerFile);
  const [, port] = /\bport: (\d+)/.exec(text)!;
  const proxy = new TcpProxy(Number(port));
  Deno.writeTextFileSync(pipeline.consumerFile, text.replace(/\bport: \d+/, `port: ${proxy.port}`));
  return proxy;
}

pipelineTest(
  "a consumer that starts without its database waits, says so, and goes on",
  async () => {
    await using pipeline = await consumersOf();
    await using proxy = proxyBefore(pipeline);
    proxy.change({ kind: "refusing" });
    await write(pipeline, { first: 1, last: 5 });
    const operator = new Operator(pipeline.consumerFile);
    const consumer = pipeline.startConsumer();
    await operator.hears("postgres", "unavailable");
    deepStrictEqual(joined(consumer), [], "a consumer that cannot apply holds no partition");
    const { topic } = pipeline;
    const [offsets] = await administer(pipeline.bootstrap, (admin) => {
      return admin.fetchOffsets({ groupId: topic, topics: [topic] });
    });
    deepStrictEqual(offsets!.partitions.map(({ offset }) => offset), ["-1"]);
    proxy.change({ kind: "fair" });
    await pipeline.historyHolds(5);
    await operator.hears("postgres", "ok");
  },
);

fullDiskTest("a disk of PostgreSQL that is full is waited for, and costs nothing", async () => {
  // More than the pages that the tables have already can take.
  const LAST = 2_000;
  using disk = new SmallDisk(32, "postgres");
  await using server = await startPostgres();
  await using pipeline = await consumersOf({
    database: await createDatabaseIn(disk.folder, server),
  });
  const operator = new Operator(pipeline.consumerFile);
  const consumer = pipeline.startConsumer();
  await write(pipeline, { first: 1, last: 5 });
  await pipeline.historyHolds(5);
  const giveBack = disk.fill();
  await write(pipeline, { first: 6, last: LAST });
  await operator.hears("postgres", "unavailable");
  await consumer.log("the reason", ({ message }) => message.includes("No space left on device"));
  giveBack();
  await pipeline.historyHolds(LAST);
  await operator.hears("postgres", "ok");
  deepStrictEqual(await pipeline.query("SELECT * FROM dead_letter"), []);
  deepStrictEqual(joined(consumer), ["0"], "heartbeats went on");
});

pipelineTest("a table that is locked for longer than a session makes no rebalance", async () => {
  const LOCK_MS = 17_000;
  await using pipeline = await consumersOf();
  const consumer = pipeline.startConsumer();
  await joins(consumer, "0");
  const lock = await lockHistory(pipeline);
  await write(pipeline, { first: 1, last: 5 });
  // The group gives up a silent member after 15 s.
  await lock.isWaitedFor(LOCK_MS);
  await lock.release();
  await pipeline.historyHolds(5);
  deepStrictEqual(joined(consumer), ["0"]);
});

pipelineTest(
  "a consumer that comes back as a zombie changes nothing, and joins again",
  async () => {
    await using pipeline = await consumersOf({ partitions: 2 });
    const zombie = pipeline.startConsumer();
    await joins(zombie, "0, 1");
    const lock = await lockHistory(pipeline);
    await write(pipeline, { first: 1, last: 50 });
    await write(pipeline, { first: 51, last: 100, partition: 1 });
    // It is suspended while it applies a chunk.
    await lock.isWaitedFor();
    zombie.signal("SIGSTOP");
    await lock.release();
    const heir = pipeline.startConsumer();
    await joins(heir, "0, 1");
    await pipeline.historyHolds(100);
    zombie.signal("SIGCONT");
    await eventually(DEADLINE_MS, "one partition for each", () => {
      // Which of the two it gets is Kafka's choice.
      return ["0", "1"].includes(joined(zombie).at(-1)!) || undefined;
    });
    await write(pipeline, { first: 101, last: 110 });
    await write(pipeline, { first: 111, last: 120, partition: 1 });
    await pipeline.historyHolds(120);
    const [rollup] = await pipeline.query<{ up: number }>(
      "SELECT sum(up)::int AS up FROM site_hour",
    );
    strictEqual(rollup!.up, 120, "each report counts once");
  },
);

pipelineTest("a partition that is added is read within seconds", async () => {
  const SECONDS = 15;
  await using pipeline = await consumersOf();
  const consumer = pipeline.startConsumer();
  await joins(consumer, "0");
  await administer(pipeline.bootstrap, (admin) => {
    return admin.createPartitions({ topicPartitions: [{ topic: pipeline.topic, count: 2 }] });
  });
  const startMs = performance.now();
  await write(pipeline, { first: 1, last: 5, partition: 1 });
  await pipeline.historyHolds(5);
  const seconds = (performance.now() - startMs) / 1_000;
  ok(seconds < SECONDS, `${seconds} s`);
});

brokerTest(
  "a consumer asks for brokers that are down once a second, and joins again at once",
  async () => {
    const ATTEMPTS = 9;
    const REJOIN_MS = 10_000;
    await using proxy = new TcpProxy();
    await using kafka = await startKafka({ advertised: [proxy.address] });
    proxy.targetPort = Number(kafka.bootstrap.split(":")[1]);
    await using pipeline = await consumersOf({ bootstrap: proxy.address });
    const consumer = pipeline.startConsumer();
    await joins(consumer, "0");
    await write(pipeline, { first: 1, last: 5 });
    await pipeline.historyHolds(5);
    // What is accepted is ended at once, and counted: as a load balancer without a broker does.
    const { targetPort } = proxy;
    proxy.targetPort = freePort();
    proxy.cut();
    const before = proxy.accepted;
    const startMs = performance.now();
    await eventually(DEADLINE_MS, `${ATTEMPTS} attempts`, () => {
      return proxy.accepted >= before + ATTEMPTS || undefined;
    });
    const seconds = (performance.now() - startMs) / 1_000;
    ok(seconds >= ATTEMPTS - 1, `${ATTEMPTS} attempts in ${seconds} s`);
    proxy.targetPort = targetPort;
    await write(pipeline, { first: 6, last: 10 });
    await within(REJOIN_MS, "what came after the outage", pipeline.historyHolds(10));
  },
);

pipelineTest("consumers without a partition are healthy", async () => {
  await using pipeline = await consumersOf({ consumers: 3 });
  const operator = new Operator(pipeline.consumerFile);
  const consumer = pipeline.startConsumer();
  await joins(consumer, "none", 2);
  await write(pipeline, { first: 1, last: 5 });
  await pipeline.historyHolds(5);
  await operator.hears("kafka", "ok");
  await operator.hears("postgres", "ok");
});
