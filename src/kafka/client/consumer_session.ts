/** One kafkajs consumer, from joining the group to leaving it or failing. */
import { Buffer } from "node:buffer";
import type { Cluster, Consumer, EachBatchPayload, KafkaMessage } from "kafkajs";
import { sleep } from "../../runtime/clock.ts";
import { abortable, onAbort } from "../../runtime/deadline.ts";
import { TRACEPARENT } from "../../runtime/telemetry/traceparent.ts";
import type {
  Committed,
  ConsumerPort,
  ConsumerSessionOptions,
  ReceivedMessage,
} from "../client_port.ts";
import { ID_HEADER } from "../id_header.ts";
import type { FetchedRecord } from "../records/record_batch.ts";
import { SCHEMA_ID_HEADER, withNameOf } from "../schema_name.ts";
import { ReadPositions } from "../read_positions.ts";
import { KafkaAdmin } from "./kafka_admin.ts";
import { KafkaClient } from "./kafka_client.ts";
import { isFromKafka, translated } from "./kafka_errors.ts";
import { topicAssigner } from "./topic_assigner.ts";
import { topicIdOf } from "./topic_id.ts";

const CONSUMER = {
  /** How long the group waits for a member that is gone; heartbeats come five times as often. */
  sessionTimeout: 15_000,
  heartbeatInterval: 3_000,
  /** How long others wait for a member to end its chunk, of which it learns by a heartbeat. */
  rebalanceTimeout: 30_000,
  /** How long a fetch waits for messages. Leaving waits for it, and has two seconds in all. */
  maxWaitTimeInMs: 1_000,
  /** Of one fetch, and of one partition in it: some 10,000 reports, held in memory at once. */
  maxBytes: 4 * 1024 * 1024,
  maxBytesPerPartition: 1024 * 1024,
  /** How long an added partition stays unread; kafkajs's own five minutes would be an outage. */
  metadataMaxAge: 5_000,
  allowAutoTopicCreation: false,
};
/** How long a topic that was created again may be read from where the former one was. */
const TOPIC_POLL_MS = 5_000;
/** Of one fetch: what they hold is applied together, and read while the store works. */
const PARTITIONS_AT_ONCE = 64;

export class ConsumerSession implements ConsumerPort {
  readonly #options: ConsumerSessionOptions;
  readonly #client: KafkaClient;
  readonly #consumer: Consumer;
  readonly #failed = Promise.withResolvers<never>();
  readonly #end = new AbortController();
  readonly #positions: ReadPositions;
  /** By partition, before this member joined: an offset that is lost is overwritten then. */
  #committed: ReadonlyMap<number, Committed> = new Map();
  #cluster!: Cluster;
  /** Of the topic that is read; undefined where brokers are older than ids. */
  #topicId: string | undefined;
  #partitions: readonly number[] = [];
  /** Settles when it is known where the partitions of this generation were left. */
  #assigned = Promise.resolve();

  constructor(options: ConsumerSessionOptions) {
    this.#options = options;
    this.#positions = new ReadPositions(options.onJump);
    this.#client = new KafkaClient("consuming", options);
    this.#consumer = this.#client.kafka.consumer({
      ...CONSUMER,
      groupId: options.group,
      partitionAssigners: [(config) => {
        this.#cluster = config.cluster;
        return topicAssigner(config, {
          clock: options.clock,
          countPartitions: (topic) => this.#countPartitions(topic),
        });
      }],
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    const stopped = Promise.withResolvers<void>();
    using _listener = onAbort(signal, stopped.resolve);
    this.#listen();
    this.#start().catch(this.#failed.reject);
    this.#options.watch(this.#end.signal).catch(this.#failed.reject);
    const watched = this.#watchTopic();
    try {
      await translated(() => Promise.race([this.#failed.promise, stopped.promise]));
    } finally {
      this.#end.abort();
      await Promise.all([this.#assigned, watched]);
      await this.#client.settle(() => this.#consumer.disconnect());
      this.#client[Symbol.dispose]();
    }
  }

  async #start(): Promise<void> {
    const { topic } = this.#options;
    this.#committed = await this.#askCommitted();
    if (this.#end.signal.aborted) return;
    await this.#consumer.connect();
    // Also where the committed offset is gone, by retention: what is left is applied.
    await this.#consumer.subscribe({ topic, fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch: (payload) => this.#eachBatch(payload),
    });
  }

  #listen(): void {
    const { topic, onActivity, onAssigned } = this.#options;
    const { CRASH, GROUP_JOIN, HEARTBEAT, FETCH, END_BATCH_PROCESS } = this.#consumer.events;
    this.#consumer.on(HEARTBEAT, onActivity);
    this.#consumer.on(FETCH, onActivity);
    this.#consumer.on(GROUP_JOIN, ({ payload }) => {
      onActivity();
      this.#partitions = payload.memberAssignment[topic] ?? [];
      onAssigned(this.#partitions);
      this.#assigned = this.#findPositions();
    });
    this.#consumer.on(END_BATCH_PROCESS, ({ payload: { batchSize, partition, lastOffset } }) => {
      // Markers of Kafka's own alone, which nobody is given.
      if (batchSize === 0) this.#positions.advance(partition, Number(lastOffset) + 1);
    });
    // STOP and DISCONNECT say nothing: they come with each of kafkajs's own restarts.
    this.#consumer.on(CRASH, ({ payload }) => this.#failed.reject(payload.error));
  }

  /** At a new generation: where each partition was left, by whichever member had it. */
  async #findPositions(): Promise<void> {
    this.#positions.forget();
    const before = this.#committed;
    const [committed, topicId] = await Promise.all([this.#askCommitted(), this.#askTopicId()]);
    this.#committed = committed;
    this.#topicId = topicId ?? this.#topicId;
    const isOfAnother = (id: string | undefined) =>
      id !== undefined && topicId !== undefined && id !== topicId;
    const again = this.#partitions.filter((one) => isOfAnother(committed.get(one)?.topicId));
    if (again.length > 0) this.#beginAgain(again);
    const offsets = this.#partitions.filter((one) => !again.includes(one)).flatMap((partition) => {
      const left = committed.get(partition) ?? before.get(partition);
      return left === undefined ? [] : [[partition, left.offset] as const];
    });
    this.#positions.begin(new Map(offsets));
  }

  /** Kafkajs reads on where it was, when a topic of the same name is there. */
  async #watchTopic(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      await sleep(this.#options.clock, TOPIC_POLL_MS, signal);
      const before = this.#topicId;
      const now = before === undefined ? undefined : await this.#askTopicId();
      if (signal.aborted || now === undefined || now === before || before !== this.#topicId) {
        continue;
      }
      this.#topicId = now;
      this.#beginAgain(this.#partitions);
    }
  }

  #beginAgain(partitions: readonly number[]): void {
    const { topic, onCreatedAgain } = this.#options;
    this.#positions.forget();
    for (const partition of partitions) this.#consumer.seek({ topic, partition, offset: "0" });
    onCreatedAgain(partitions);
  }

  async #askTopicId(): Promise<string | undefined> {
    const answer = topicIdOf(this.#cluster, this.#options.topic);
    return await abortable(answer, this.#end.signal).catch(() => undefined);
  }

  async #countPartitions(topic: string): Promise<number> {
    using admin = new KafkaAdmin(this.#options);
    await admin.connect();
    return await admin.countPartitions(topic);
  }

  /** Without an answer jumps go unnoticed, which is no reason to read nothing. */
  async #askCommitted(): Promise<ReadonlyMap<number, Committed>> {
    const { group, topic } = this.#options;
    using admin = new KafkaAdmin(this.#options);
    const ask = async () => {
      await admin.connect();
      return await admin.committedOffsets(group, topic);
    };
    try {
      return await abortable(ask(), this.#end.signal);
    } catch {
      return new Map();
    }
  }

  /** kafkajs recovers from its own errors; at any other it would end silently. */
  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    try {
      await this.#applyBatch(payload);
    } catch (error) {
      if (this.#end.signal.aborted) return;
      if (isFromKafka(error)) throw error;
      this.#failed.reject(error);
    }
  }

  async #applyBatch(payload: EachBatchPayload): Promise<void> {
    const { topic, chunkMessagesMax, apply } = this.#options;
    const { batch, heartbeat } = payload;
    const { partition, messages } = batch;
    const { signal } = this.#end;
    await this.#assigned;
    this.#positions.arrive(partition, Number(batch.firstOffset()));
    for (let first = 0; first < messages.length; first += chunkMessagesMax) {
      if (signal.aborted || !payload.isRunning() || payload.isStale()) return;
      const chunk = messages.slice(first, first + chunkMessagesMax)
        .map((message) => receivedMessage({ topic, partition, message }));
      const held = await apply(chunk, { heartbeat, signal });
      // Meanwhile the topic was found to be another one, which these offsets are not of.
      if (payload.isStale()) return;
      const applied = held?.applied ?? chunk.length;
      if (applied > 0) await this.#commit(payload, first + applied);
      if (held) return this.#pause(payload, held.pauseMs);
    }
  }

  /** So many of the batch's messages are applied. */
  async #commit(payload: EachBatchPayload, count: number): Promise<void> {
    const { topic } = this.#options;
    const { batch } = payload;
    const { partition, messages } = batch;
    const offset = Number(messages[count - 1]!.offset);
    payload.resolveOffset(`${offset}`);
    // Markers of Kafka's own may follow the last message.
    const isLast = count === messages.length;
    this.#positions.advance(partition, isLast ? Number(batch.lastOffset()) + 1 : offset + 1);
    // Named one by one: without them nothing is committed while autoCommit is off.
    const metadata = this.#topicId ?? null;
    const partitions = [{ partition, offset: `${offset + 1}`, metadata }];
    await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
    await payload.heartbeat();
  }

  /** Not by waiting here, since kafkajs fetches nothing of a broker before all of a fetch is done. */
  #pause(payload: EachBatchPayload, pauseMs: number): void {
    const { signal } = this.#end;
    const resume = payload.pause();
    sleep(this.#options.clock, pauseMs, signal).then(() => signal.aborted || resume());
  }
}

export function receivedMessage(
  { topic, partition, message }: {
    topic: string;
    partition: number;
    message: KafkaMessage & Pick<FetchedRecord, "fault">;
  },
): ReceivedMessage {
  const traceparent = headerText(message.headers?.[TRACEPARENT]);
  const schemaName = firstOf(message.headers?.[SCHEMA_ID_HEADER]);
  return {
    topic,
    partition,
    offset: Number(message.offset),
    key: message.key,
    value: message.value && withNameOf(schemaName, message.value),
    timestampMs: Number(message.timestamp),
    sitemonId: headerText(message.headers?.[ID_HEADER]),
    ...(traceparent === null ? {} : { traceparent }),
    ...(message.fault === undefined ? {} : { fault: message.fault }),
  };
}

type Header = Buffer | string | (Buffer | string)[] | undefined;

function headerText(header: Header): string | null {
  return firstOf(header)?.toString() ?? null;
}

/** A header may occur more than once; the first one counts. */
function firstOf(header: Header): Buffer | undefined {
  const first = Array.isArray(header) ? header[0] : header;
  return typeof first === "string" ? Buffer.from(first) : first;
}
