/** What the tests of kafka/ share: rows, publishers, and a reader that is none of sitemon's own. */
import type { Message } from "kafkajs";
import { GroupConnection } from "../../src/kafka/client/group_connection.ts";
import { KafkaPublisher, type KafkaPublisherOptions } from "../../src/kafka/kafka_publisher.ts";
import type { OutboxRow } from "../../src/outbox/publisher.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import type { DependencyState } from "../../src/runtime/telemetry/telemetry.ts";
import { NOON } from "../contract/site_reports.ts";
import { RecordingTelemetry } from "../support/recording_telemetry.ts";
import { eventually } from "../support/waiting.ts";
import { uniqueName } from "../support/unique_name.ts";
import { administer, plainKafka, type ReadMessage, readTopic } from "./plain_kafka.ts";

export { administer, plainKafka, readTopic };

/** Keeps every state of a dependency, in their order. */
export class FakeTelemetry extends RecordingTelemetry {
  readonly dependencies: DependencyState[] = [];

  override dependency(_name: string, state: DependencyState): void {
    this.dependencies.push(state);
  }

  /** Waits for a state of readiness: `ok`, or the reason why not. */
  async reports(state: string): Promise<void> {
    await eventually(60_000, state, () => {
      const { ok, reason } = this.dependencies.at(-1) ?? { ok: false };
      return (ok ? "ok" : reason) === state || undefined;
    });
  }
}

/** The address of the broker that the tests of the run share. */
export function sharedBootstrap(): string {
  return Deno.env.get("SITEMON_TEST_KAFKA")!;
}

export function connectionTo(bootstrap: string) {
  return { servers: bootstrap.split(","), clientId: "sitemon-test" };
}

type PublisherOptions = Partial<KafkaPublisherOptions> & { readonly bootstrap?: string };

/** Options of a publisher to a topic of its own, on the shared broker unless another is named. */
export function publisherOptions(
  { bootstrap, ...options }: PublisherOptions = {},
): KafkaPublisherOptions {
  return {
    connection: options.connection ?? connectionTo(bootstrap ?? sharedBootstrap()),
    topic: uniqueName("topic"),
    format: "single_object",
    createTopic: true,
    partitions: 3,
    replicationFactor: -1,
    compression: "none",
    clock: systemClock,
    telemetry: new FakeTelemetry(),
    ...options,
  };
}

/** A publisher that is closed at the end of its scope. */
export class TestPublisher extends KafkaPublisher implements AsyncDisposable {
  readonly topic: string;

  constructor(options: PublisherOptions = {}) {
    const all = publisherOptions(options);
    super(all);
    this.topic = all.topic;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A row of a report whose payload is any bytes. */
export function aRow(id: number, row: Partial<OutboxRow> = {}): OutboxRow {
  return {
    id,
    kind: "report",
    key: `site-${id % 10}`,
    producerId: "8a1e5b4c-0000-4000-8000-000000000001",
    sequence: id,
    recordedAt: NOON,
    payload: new TextEncoder().encode(`payload ${id}`),
    ...row,
  };
}

export function rows(count: number, first = 1): OutboxRow[] {
  return Array.from({ length: count }, (_, index) => aRow(first + index));
}

/** Writes messages to a topic that exists, past every producer of sitemon. */
export async function sendMessages(bootstrap: string, topic: string, messages: Message[]) {
  const producer = plainKafka(bootstrap).producer();
  await producer.connect();
  await producer.send({ topic, messages });
  await producer.disconnect();
}

/** From the `sitemon-id` header, `producer_id/sequence`. */
export function sequenceOf({ headers }: ReadMessage): number {
  return Number(String(headers!["sitemon-id"]).split("/")[1]);
}

/** The sequences in a topic, in ascending order and each once. */
export async function sequencesIn(bootstrap: string, topic: string): Promise<number[]> {
  const messages = await readTopic(bootstrap, topic);
  return [...new Set(messages.map(sequenceOf))].sort((a, b) => a - b);
}

/** Makes a topic with one partition, and settings, unless it is there. */
export async function makeTopic(
  bootstrap: string,
  topic: string,
  { partitions = 1, settings = {} }: { partitions?: number; settings?: Record<string, string> } =
    {},
): Promise<void> {
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  const topics = [{ topic, numPartitions: partitions, configEntries }];
  // A broker may learn later than others that a topic is gone, is there, or that it leads it.
  await administer(bootstrap, (admin) =>
    eventually(60_000, `topic ${topic}`, async () => {
      await admin.createTopics({ topics, waitForLeaders: false });
      return await admin.fetchTopicOffsets(topic);
    }));
}

/** Sets where a group without members goes on in the first partition; kafkajs's own way may read on. */
export async function commitOffset(topic: string, group: string, offset: number): Promise<void> {
  const options = { ...publisherOptions({ topic }), group, sessionTimeoutMs: 10_000 };
  // The first group of a cluster waits for the topic of all groups' offsets.
  await eventually(60_000, "the commit", async () => {
    using connection = new GroupConnection(options);
    await connection.commit(new Map([[0, offset]]));
    return true;
  });
}

/** A member of a group that has joined it, is none of sitemon's own, and commits nothing by itself. */
export async function joinGroup(topic: string, group: string) {
  const consumer = plainKafka(sharedBootstrap()).consumer({ groupId: group });
  await consumer.connect();
  await consumer.subscribe({ topic });
  const joined = Promise.withResolvers<unknown>();
  consumer.on(consumer.events.GROUP_JOIN, joined.resolve);
  await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve() });
  await joined.promise;
  return consumer;
}
