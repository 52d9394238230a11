import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { type OutboxRow, PublishError, type PublishResult } from "../../src/outbox/publisher.ts";
import { MESSAGE_BYTES_MIN } from "../../src/kafka/kafka_publisher.ts";
import { decodeMessage } from "../../src/report/codec.ts";
import { gapRow, reportRow } from "../contract/publisher_contract.ts";
import { eventually, soon, within } from "../support/waiting.ts";
import { startKafka } from "../services/kafka.ts";
import { uniqueName } from "../support/unique_name.ts";
import { serviceTest } from "../services/with_services.ts";
import {
  administer,
  aRow,
  makeTopic,
  readTopic,
  rows,
  sequenceOf,
  sequencesIn,
  sharedBootstrap,
  TestPublisher,
} from "./kafka_fixture.ts";

const sharedTest = serviceTest("kafka");
const ownTest = serviceTest("own kafka");

/** As the relay does: tries again while waiting is the remedy. */
async function publishPatiently(
  publisher: TestPublisher,
  batch: readonly OutboxRow[],
): Promise<PublishResult> {
  const last = await eventually(60_000, "an answer that is not temporary", async () => {
    try {
      const result = await publisher.publish(batch);
      if (result.failure !== undefined) throw result.failure;
      return { result };
    } catch (error) {
      return error instanceof PublishError && error.isTemporary ? undefined : { error };
    }
  }, 200);
  if (last.result === undefined) throw last.error;
  return last.result;
}

/** Publishes these rows, of which none may be left over. */
async function publishAll(publisher: TestPublisher, batch: readonly OutboxRow[]): Promise<void> {
  const { acknowledged } = await publishPatiently(publisher, batch);
  deepStrictEqual(acknowledged.toSorted((a, b) => a - b), idsOf(batch));
}

function idsOf(batch: readonly OutboxRow[]): number[] {
  return batch.map(({ id }) => id);
}

function failure(expected: PublishError["failure"]): (error: unknown) => true {
  return (error) => {
    ok(error instanceof PublishError, String(error));
    strictEqual(error.failure, expected, error.message);
    return true;
  };
}

// Computed by the Java client: Utils.toPositive(Utils.murmur2(key)) % 12.
const PARTITION_BY_KEY: Readonly<Record<string, number>> = {
  "21": 0,
  foobar: 6,
  "a-little-bit-long-string": 8,
  shop: 0,
  "https://example.org/ü": 3,
  abc: 3,
};

sharedTest("publish() chooses the partition that other clients of Kafka would", async () => {
  await using publisher = new TestPublisher({ partitions: 12 });
  const keys = Object.keys(PARTITION_BY_KEY);
  await publishPatiently(publisher, keys.map((key, index) => aRow(index + 1, { key })));
  const read = await readTopic(sharedBootstrap(), publisher.topic);
  const chosen = read.map(({ key, partition }) => [key!.toString(), partition]);
  deepStrictEqual(Object.fromEntries(chosen), PARTITION_BY_KEY);
});

sharedTest("publish() writes reports and acknowledges gaps, when the format is v1", async () => {
  await using publisher = new TestPublisher({ format: "v1" });
  await publishAll(publisher, [reportRow(1), gapRow(2, 2, 5), reportRow(6)]);
  const read = await readTopic(sharedBootstrap(), publisher.topic);
  deepStrictEqual(read.map(({ value }) => decodeMessage(value!).kind), ["v1", "v1"]);
});

sharedTest("publish() creates the topic at once, and as told, when it is missing", async () => {
  await using publisher = new TestPublisher({ partitions: 5, retentionMs: 7_200_000 });
  const batch = rows(100);
  deepStrictEqual(await publisher.publish(batch), { acknowledged: idsOf(batch), tooLarge: [] });
  deepStrictEqual(await sequencesIn(sharedBootstrap(), publisher.topic), idsOf(batch));
  const { topics, resources } = await administer(sharedBootstrap(), async (admin) => ({
    ...await admin.fetchTopicMetadata({ topics: [publisher.topic] }),
    ...await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: publisher.topic, configNames: ["retention.ms"] }],
    }),
  }));
  strictEqual(topics[0]!.partitions.length, 5);
  strictEqual(resources[0]!.configEntries[0]!.configValue, "7200000");
});

sharedTest("publish() lets the broker choose, when partitions are -1", async () => {
  await using publisher = new TestPublisher({ partitions: -1 });
  await publishAll(publisher, rows(1));
});

sharedTest("publish() rejects with topic_missing and makes none, when it may not", async () => {
  await using publisher = new TestPublisher({ createTopic: false });
  await rejects(() => publisher.publish(rows(3)), failure("topic_missing"));
  const topics = await administer(sharedBootstrap(), (admin) => admin.listTopics());
  ok(!topics.includes(publisher.topic));
  await makeTopic(sharedBootstrap(), publisher.topic);
  await publishAll(publisher, rows(3));
});

sharedTest(
  "publish() finds the rows that are too large and delivers the others in order",
  async () => {
    const topic = uniqueName("topic");
    await makeTopic(sharedBootstrap(), topic, { settings: { "max.message.bytes": "2000" } });
    await using publisher = new TestPublisher({ topic });
    const large = { payload: crypto.getRandomValues(new Uint8Array(3_000)) };
    const batch = rows(50).map((row) => row.id === 7 || row.id === 31 ? { ...row, ...large } : row);
    const result = await publishPatiently(publisher, batch);
    const fitting = idsOf(batch).filter((id) => id !== 7 && id !== 31);
    deepStrictEqual(result, { acknowledged: fitting, tooLarge: [7, 31] });
    deepStrictEqual((await readTopic(sharedBootstrap(), topic)).map(sequenceOf), fitting);
  },
);

sharedTest("publish() blames the topic, when it refuses what is as small as a gap", async () => {
  const topic = uniqueName("topic");
  await makeTopic(sharedBootstrap(), topic, { settings: { "max.message.bytes": "100" } });
  await using publisher = new TestPublisher({ topic });
  const aRowOf = (bytes: number) => aRow(1, { key: "", payload: new Uint8Array(bytes) });
  const publish = async (row: OutboxRow) => {
    const { failure, ...result } = await publisher.publish([row]);
    return { ...result, failure: failure?.failure };
  };
  const large = { acknowledged: [], tooLarge: [1], failure: undefined };
  deepStrictEqual(await publish(aRowOf(MESSAGE_BYTES_MIN + 1)), large);
  await rejects(() => publish(aRowOf(MESSAGE_BYTES_MIN)), {
    failure: "message_limit",
    message: `topic "${topic}" refuses a message of 1024 bytes as too large; ` +
      `raise its "max.message.bytes", or the brokers' "message.max.bytes"`,
  });
});

sharedTest(
  "publish() says how the settings of its topic lose reports, where there are any",
  async () => {
    const topic = uniqueName("topic");
    await makeTopic(sharedBootstrap(), topic, { settings: { "cleanup.policy": "compact" } });
    const said: (readonly string[])[] = [];
    const onTopicProblems = (problems: readonly string[]) => said.push(problems);
    await using publisher = new TestPublisher({ topic, onTopicProblems });
    await publishAll(publisher, rows(1));
    await using other = new TestPublisher({ onTopicProblems });
    await publishAll(other, rows(1));
    deepStrictEqual(said.map(({ length }) => length), [1, 0]);
  },
);

for (const compression of ["gzip", "zstd"] as const) {
  sharedTest(`publish() writes what fits only when compressed, with ${compression}`, async () => {
    const topic = uniqueName("topic");
    await makeTopic(sharedBootstrap(), topic, { settings: { "max.message.bytes": "2000" } });
    await using publisher = new TestPublisher({ topic, compression });
    await publishAll(publisher, [aRow(1, { payload: new Uint8Array(10_000) })]);
    strictEqual((await readTopic(sharedBootstrap(), topic))[0]!.value!.length, 10_000);
  });
}

Deno.test("publish() drops the connection, when what answers is no broker", async () => {
  const sockets = new Set<Deno.Conn>();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const socket of listener) {
      sockets.add(socket);
      // The length of a frame of 2 GiB, and what would fill it.
      await socket.write(new Uint8Array([0x7f, 0xff, 0xff, 0xff, 1, 2, 3, 4]));
    }
  })();
  const { port } = listener.addr as Deno.NetAddr;
  await using publisher = new TestPublisher({ bootstrap: `127.0.0.1:${port}` });
  const before = Deno.memoryUsage().rss;
  await rejects(() => within(2_000, "failing", publisher.publish(rows(1))), failure("unreachable"));
  const growth = Deno.memoryUsage().rss - before;
  ok(growth < 64 * 2 ** 20, `${growth} bytes for a frame of 2 GiB`);
  listener.close();
  for (const socket of sockets) socket.close();
  await serving;
});

Deno.test("publish() does not blame Kafka, when it ends because of close()", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const publisher = new TestPublisher({ bootstrap: `127.0.0.1:${port}` });
  const published = publisher.publish(rows(1));
  const ended = rejects(() => published, {
    failure: "timeout",
    message: "publishing ended before Kafka acknowledged the batch",
  });
  using _ = await listener.accept();
  await publisher.close();
  await within(2_000, "the end of publish()", ended);
});

sharedTest("publish() rejects with unreachable at once, when nothing listens", async () => {
  await using publisher = new TestPublisher({ bootstrap: "127.0.0.1:9" });
  await soon(2_000, "failing", () => {
    return rejects(() => publisher.publish(rows(1)), failure("unreachable"));
  });
});

sharedTest(
  "publish() goes on with another broker, when the first that is named is down",
  async () => {
    const bootstrap = `127.0.0.1:9,${sharedBootstrap()}`;
    await using publisher = new TestPublisher({ bootstrap });
    await publishAll(publisher, rows(3));
  },
);

ownTest("publish() delivers the backlog, when the broker was killed and is back", async () => {
  await using kafka = await startKafka();
  await using publisher = new TestPublisher({ bootstrap: kafka.bootstrap });
  await publishAll(publisher, rows(10));
  const broker = kafka.brokers[0]!;
  await broker.kill();
  for (let attempt = 0; attempt < 4; attempt++) {
    await rejects(() => publisher.publish(rows(10, 11)), failure("unreachable"));
  }
  await broker.start();
  await within(10_000, "publishing", publishAll(publisher, rows(10, 11)));
  deepStrictEqual(await sequencesIn(kafka.bootstrap, publisher.topic), idsOf(rows(20)));
});

ownTest("publish() loses nothing that it acknowledged, when leaders move", async () => {
  await using kafka = await startKafka({ brokers: 3 });
  await using publisher = new TestPublisher({ bootstrap: kafka.bootstrap, partitions: 6 });
  const publish = (first: number) => publishAll(publisher, rows(20, first));
  for (let first = 1; first <= 100; first += 20) await publish(first);
  await Promise.all([publish(101), kafka.brokers[1]!.kill()]);
  for (let first = 121; first <= 200; first += 20) await publish(first);
  const sequences = await sequencesIn(kafka.brokers[0]!.address, publisher.topic);
  deepStrictEqual(sequences, idsOf(rows(200)));
});

ownTest("publish() ends at its own deadline, when the broker is held still", async () => {
  await using kafka = await startKafka();
  await using publisher = new TestPublisher({ bootstrap: kafka.bootstrap, deadlineMs: 1_000 });
  await publishAll(publisher, rows(5));
  const broker = kafka.brokers[0]!;
  broker.suspend();
  await soon(1_500, "failing at its own deadline", () => {
    return rejects(() => publisher.publish(rows(5, 6)), failure("timeout"));
  });
  await rejects(() => publisher.publish(rows(5, 6)), failure("timeout"));
  broker.resume();
  await publishAll(publisher, rows(5, 6));
  deepStrictEqual(await sequencesIn(kafka.bootstrap, publisher.topic), idsOf(rows(10)));
});

ownTest("close() ends within two seconds, when the broker is held still", async () => {
  await using kafka = await startKafka();
  const publisher = new TestPublisher({ bootstrap: kafka.bootstrap });
  await publishAll(publisher, rows(1));
  kafka.brokers[0]!.suspend();
  const hanging = rejects(() => publisher.publish(rows(1)), failure("timeout"));
  await within(2_000, "close()", publisher.close());
  await hanging;
  await publisher.close();
});
