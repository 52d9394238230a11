import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { KafkaConsumer, type KafkaConsumerOptions } from "../../src/kafka/kafka_consumer.ts";
import type { Apply, ReceivedMessage } from "../../src/kafka/client_port.ts";
import { onAbort } from "../../src/runtime/deadline.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { withHeartbeats } from "../../src/status/ingest/ingest.ts";
import { eventually, within } from "../support/waiting.ts";
import { produceByJava } from "./java/java_producer.ts";
import { startKafka } from "../services/kafka.ts";
import { uniqueName } from "../support/unique_name.ts";
import { serviceTest } from "../services/with_services.ts";
import {
  administer,
  commitOffset,
  connectionTo,
  FakeTelemetry,
  joinGroup,
  makeTopic,
  sendMessages,
  sharedBootstrap,
} from "./kafka_fixture.ts";

const sharedTest = serviceTest("kafka");
const ownTest = serviceTest("own kafka");
const encoder = new TextEncoder();

const LAG = "sitemon_consumer_lag_messages";

type Options = Partial<KafkaConsumerOptions> & { bootstrap?: string; apply?: Apply };

/** A member that keeps what it was given; it leaves the group at the end of its scope. */
class TestMember implements AsyncDisposable {
  readonly values: string[] = [];
  readonly telemetry = new FakeTelemetry();
  readonly consumer: KafkaConsumer;
  readonly ended: Promise<void>;
  readonly #end = new AbortController();

  constructor({ apply = (messages) => this.keep(messages), bootstrap, ...options }: Options) {
    this.consumer = new KafkaConsumer({
      connection: connectionTo(bootstrap ?? sharedBootstrap()),
      topic: "unset",
      group: "unset",
      createTopic: false,
      partitions: 2,
      replicationFactor: -1,
      chunkMessagesMax: 1_000,
      clock: systemClock,
      telemetry: this.telemetry,
      ...options,
    });
    this.ended = this.consumer.run(apply, this.#end.signal);
    this.ended.catch(() => {});
  }

  keep(messages: readonly ReceivedMessage[]): Promise<void> {
    this.values.push(...messages.map(({ value }) => String(value)));
    return Promise.resolve();
  }

  get skipped(): number {
    return this.telemetry.value("sitemon_consumer_messages_skipped_total");
  }

  async received(count: number): Promise<string[]> {
    return await eventually(30_000, `${count} messages`, () => {
      return this.values.length >= count ? this.values : undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await within(2_500, "leaving", this.ended.catch(() => {}));
  }
}

/** Of 400 bytes each, they fit into what a broker takes at once. */
const SEND_MESSAGES_MAX = 2_000;

async function write(
  topic: string,
  values: readonly string[],
  { bootstrap = sharedBootstrap(), partition = 0 } = {},
): Promise<void> {
  const messages = values.map((value) => ({ partition, value }));
  for (let first = 0; first < messages.length; first += SEND_MESSAGES_MAX) {
    await sendMessages(bootstrap, topic, messages.slice(first, first + SEND_MESSAGES_MAX));
  }
}

async function committed(group: string, topic: string): Promise<number> {
  const [offsets] = await administer(sharedBootstrap(), (admin) => {
    return admin.fetchOffsets({ groupId: group, topics: [topic] });
  });
  return Number(offsets!.partitions.find(({ partition }) => partition === 0)!.offset);
}

async function untilCommitted(offset: number, group: string, topic: string): Promise<void> {
  await eventually(60_000, `the commit of ${offset}`, async () => {
    return await committed(group, topic) === offset || undefined;
  });
}

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index));
}

/** A topic and a group of the test's own; the messages are in the first partition. */
async function aTopic(
  { messages = 0, partitions = 1 } = {},
): Promise<{ topic: string; group: string }> {
  const topic = uniqueName("topic");
  await makeTopic(sharedBootstrap(), topic, { partitions });
  await write(topic, numbers(messages));
  return { topic, group: uniqueName("group") };
}

ownTest("run() reads what other producers compress, by every codec", async () => {
  await using kafka = await startKafka();
  const { bootstrap } = kafka;
  const [topic, group] = [uniqueName("topic"), uniqueName("group")];
  await makeTopic(bootstrap, topic);
  const values = numbers(3_000).map((number) => `${number} ${"what a report repeats ".repeat(9)}`);
  const codecs = ["none", "gzip", "snappy", "lz4", "zstd"] as const;
  const messages = codecs.flatMap((codec) =>
    values.map((value) => ({ codec, value: `${codec} ${value}` }))
  );
  const encode = ({ codec, value }: typeof messages[0]) => ({
    codec,
    value: encoder.encode(value),
  });
  await produceByJava({ bootstrap, topic }, messages.map(encode));
  await using member = new TestMember({ topic, group, bootstrap });
  deepStrictEqual(await member.received(messages.length), messages.map(({ value }) => value));
});

sharedTest("run() holds a bounded part of a backlog in memory", async () => {
  const [MESSAGES, VALUE_BYTES, CHUNK] = [50_000, 400, 1_000];
  const GROWTH_BYTES_MAX = 160 * 2 ** 20;
  const { topic, group } = await aTopic();
  await write(topic, Array.from({ length: MESSAGES }, () => "x".repeat(VALUE_BYTES)));
  const before = Deno.memoryUsage().rss;
  let [received, largest, growth] = [0, 0, 0];
  const apply: Apply = (messages) => {
    received += messages.length;
    largest = Math.max(largest, messages.length);
    growth = Math.max(growth, Deno.memoryUsage().rss - before);
    return Promise.resolve();
  };
  await using _member = new TestMember({ topic, group, apply, chunkMessagesMax: CHUNK });
  await eventually(60_000, "the backlog", () => received === MESSAGES || undefined);
  ok(largest <= CHUNK, `${largest} messages at once`);
  ok(growth < GROWTH_BYTES_MAX, `${growth} bytes for a backlog of 20 MB`);
});

async function deleteBefore(offset: number, topic: string): Promise<void> {
  await administer(sharedBootstrap(), async (admin) => {
    // kafkajs deletes records only of topics that it has asked about before.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: `${offset}` }] });
  });
}

sharedTest("run() counts what was deleted before it could read it", async () => {
  const { topic, group } = await aTopic({ messages: 5 });
  const [applying, deleted] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const apply: Apply = async (messages) => {
    applying.resolve();
    await deleted.promise;
    await member.keep(messages);
  };
  await using member = new TestMember({ topic, group, apply });
  await within(60_000, "applying", applying.promise);
  await write(topic, numbers(10));
  await deleteBefore(12, topic);
  deleted.resolve();
  deepStrictEqual(await member.received(8), [...numbers(5), "7", "8", "9"]);
  strictEqual(member.skipped, 7);
});

sharedTest(
  "run() reads a topic that is created again from its beginning, while it runs",
  async () => {
    const { topic, group } = await aTopic({ messages: 5 });
    await using member = new TestMember({ topic, group });
    await untilCommitted(5, group, topic);
    await administer(sharedBootstrap(), (admin) => admin.deleteTopics({ topics: [topic] }));
    await makeTopic(sharedBootstrap(), topic);
    const values = Array.from({ length: 12 }, (_, index) => `new ${index}`);
    await write(topic, values);
    await eventually(60_000, "all of the new topic", () => {
      return values.every((value) => member.values.includes(value)) || undefined;
    });
    await untilCommitted(12, group, topic);
    strictEqual(member.skipped, 0);
  },
);

sharedTest(
  "run() begins again, when the group's offsets are of another topic of that name",
  async () => {
    const { topic, group } = await aTopic({ messages: 5 });
    for (const [metadata, first] of [[null, 3], ["ab".repeat(16), 0]] as const) {
      const consumer = await joinGroup(topic, group);
      await consumer.commitOffsets([{ topic, partition: 0, offset: "3", metadata }]);
      await consumer.disconnect();
      await using member = new TestMember({ topic, group });
      deepStrictEqual(await member.received(5 - first), numbers(5).slice(first));
    }
  },
);

sharedTest(
  "run() begins again, and counts nothing, when the topic is shorter than its offset",
  async () => {
    const { topic, group } = await aTopic({ messages: 5 });
    await commitOffset(topic, group, 90);
    await using member = new TestMember({ topic, group });
    deepStrictEqual(await member.received(5), numbers(5));
    strictEqual(member.skipped, 0);
  },
);

sharedTest(
  "run() goes on with what is left, when retention took what it had not read",
  async () => {
    const { topic, group } = await aTopic({ messages: 5 });
    {
      await using member = new TestMember({ topic, group });
      await member.received(5);
      await untilCommitted(5, group, topic);
    }
    await write(topic, numbers(10));
    await deleteBefore(12, topic);
    await using member = new TestMember({ topic, group });
    deepStrictEqual(await member.received(3), ["7", "8", "9"]);
    strictEqual(member.skipped, 7);
  },
);

sharedTest("measure() tells lag while nothing is fetched, of its own partitions", async () => {
  const { topic, group } = await aTopic({ partitions: 2 });
  const send = (partition: number, count: number) => write(topic, numbers(count), { partition });
  await send(0, 5);
  // As while the database hangs.
  const hangs = (signal: AbortSignal) =>
    new Promise<void>((_, reject) => onAbort(signal, () => reject(signal.reason)));
  const apply: Apply = (_messages, context) => {
    return withHeartbeats(hangs, { ...context, clock: systemClock });
  };
  await using member = new TestMember({ topic, group, apply });
  const untilLags = (lags: readonly unknown[]) =>
    eventually(60_000, `lags of ${lags}`, async () => {
      await member.consumer.measure();
      const told = ["0", "1"].map((partition) => member.telemetry.value(LAG, { partition }));
      return isDeepStrictEqual(told, lags) || undefined;
    });
  await untilLags([5, 0]);
  await send(0, 100);
  await send(1, 7);
  await untilLags([105, 7]);
  await using other = new TestMember({ topic, group, apply });
  await eventually(60_000, "a share of the other", async () => {
    for (const { consumer } of [member, other]) await consumer.measure();
    const [own, others] = [member, other].map(({ telemetry }) =>
      ["0", "1"].map((partition) => telemetry.value(LAG, { partition })).filter((lag) => lag > 0)
    );
    return own!.length === 1 && others!.length === 1 && own![0] !== others![0] || undefined;
  });
  // Its next session may have other partitions, and would never measure these.
  await member[Symbol.asyncDispose]();
  await untilLags([NaN, NaN]);
});

sharedTest(
  "run() rejects with the error of apply, and another member gets the chunk again",
  async () => {
    const { topic, group } = await aTopic({ messages: 5 });
    for (const error of [new TypeError("a fault"), new RangeError("another"), new Error("third")]) {
      const apply = () => Promise.reject(error);
      await using member = new TestMember({ topic, group, apply });
      await rejects(() => within(60_000, "failing", member.ended), error);
    }
    strictEqual(await committed(group, topic), -1);
    await using member = new TestMember({ topic, group });
    deepStrictEqual(await member.received(5), numbers(5));
  },
);

sharedTest(
  "run() aborts what is being applied and leaves at once, when it is stopped",
  async () => {
    const { topic, group } = await aTopic({ messages: 5 });
    const applying = Promise.withResolvers<AbortSignal>();
    const apply: Apply = (_messages, { signal }) => {
      applying.resolve(signal);
      return new Promise((_resolve, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      );
    };
    {
      await using _member = new TestMember({ topic, group, apply });
      await within(60_000, "applying", applying.promise);
    }
    ok((await applying.promise).aborted);
    strictEqual(await committed(group, topic), -1);
    await using next = new TestMember({ topic, group });
    // Far less than the session timeout: the first one has told the group that it left.
    deepStrictEqual(await within(8_000, "reading", next.received(5)), numbers(5));
  },
);

sharedTest("run() keeps its partition through a long apply, while it calls heartbeat", async () => {
  const { topic, group } = await aTopic({ messages: 3 });
  let calls = 0;
  const apply: Apply = async (_messages, { heartbeat }) => {
    calls++;
    // Longer than the session timeout of 15 s.
    const endMs = performance.now() + 17_000;
    await eventually(60_000, "a long apply", async () => {
      await heartbeat();
      return performance.now() > endMs || undefined;
    });
  };
  await using _member = new TestMember({ topic, group, apply });
  await untilCommitted(3, group, topic);
  strictEqual(calls, 1);
});

sharedTest("run() waits for a missing topic, and says so", async () => {
  await using member = new TestMember({ topic: uniqueName("topic"), group: uniqueName("group") });
  await member.telemetry.reports("topic_missing");
});

sharedTest("run() creates the topic, when it may", async () => {
  const [topic, group] = [uniqueName("topic"), uniqueName("group")];
  await using member = new TestMember({ topic, group, createTopic: true });
  await member.telemetry.reports("ok");
  await write(topic, ["x"], { partition: 1 });
  deepStrictEqual(await member.received(1), ["x"]);
});

sharedTest("ready() resolves to the cluster's id", async () => {
  const { topic, group } = await aTopic();
  await using member = new TestMember({ topic, group });
  const { clusterId } = await administer(sharedBootstrap(), (admin) => admin.describeCluster());
  strictEqual(await member.consumer.ready(new AbortController().signal), clusterId);
});

Deno.test("run() waits for brokers, and ends when it is stopped meanwhile", async () => {
  await using member = new TestMember({ topic: "t", group: "g", bootstrap: "127.0.0.1:9" });
  await member.telemetry.reports("unreachable");
});

ownTest("run() goes on by itself, when the broker was killed and is back", async () => {
  await using kafka = await startKafka();
  const { bootstrap } = kafka;
  const topic = uniqueName("topic");
  await makeTopic(bootstrap, topic);
  await using member = new TestMember({ topic, group: uniqueName("group"), bootstrap });
  await write(topic, ["before"], { bootstrap });
  await member.received(1);
  const broker = kafka.brokers[0]!;
  await broker.kill();
  await member.telemetry.reports("unreachable");
  await broker.start();
  await write(topic, ["after"], { bootstrap });
  // At once: to the group it is the member that it was before.
  ok((await within(8_000, "reading", member.received(2))).includes("after"));
  strictEqual(member.telemetry.dependencies.at(-1)!.ok, true);
});
