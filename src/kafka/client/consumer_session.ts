/** One kafkajs consumer, from joining the group to leaving it or failing. */
import type { Consumer, EachBatchPayload, KafkaMessage } from "kafkajs";
import { logger } from "../../runtime/telemetry/logging.ts";
import { closeWithin } from "./close_within.ts";
import { KafkaClient } from "./connection.ts";
import type { Apply, KafkaConsumerOptions } from "../consumer.ts";
import { isFromKafka } from "./errors.ts";
import type { KafkaHealth } from "../health.ts";
import type { KafkaLog } from "./kafka_log.ts";
import { receivedMessage } from "../message.ts";
import { Watchdog } from "../watchdog.ts";

/** How long the group waits for a member that is gone; heartbeats come five times as often. */
export const SESSION_TIMEOUT_MS = 15_000;
const HEARTBEAT_INTERVAL_MS = 3_000;
/** How long others wait for a member to end its chunk: a heartbeat tells it within three seconds. */
const REBALANCE_TIMEOUT_MS = 30_000;
/** How long a fetch waits for messages. Leaving waits for it, and has two seconds for all. */
const FETCH_WAIT_MS = 1_000;
/** Of one fetch, and of one partition in it: some 10,000 reports, held in memory at once. */
const FETCH_BYTES_MAX = 4 * 1024 * 1024;
const PARTITION_BYTES_MAX = 1024 * 1024;
/** Of one fetch: what they hold is applied together, and read while the store works. */
const PARTITIONS_AT_ONCE = 64;
/** How long a partition that is added stays unread; kafkajs's own five minutes are an outage. */
const METADATA_AGE_MAX_MS = 5_000;

export interface ConsumerSessionOptions extends KafkaConsumerOptions {
  readonly apply: Apply;
  readonly health: KafkaHealth;
  readonly log: KafkaLog;
  /** Rejects with an error of kafkajs while Kafka cannot be used. */
  readonly probe: () => Promise<unknown>;
}

const log = logger("consumer");

export class ConsumerSession {
  readonly #options: ConsumerSessionOptions;
  readonly #client: KafkaClient;
  readonly #consumer: Consumer;
  readonly #failed = Promise.withResolvers<never>();
  /** Aborts what is being applied when the session ends, for whatever reason. */
  readonly #end = new AbortController();

  constructor(options: ConsumerSessionOptions) {
    this.#options = options;
    this.#client = new KafkaClient("consuming", options);
    this.#consumer = this.#client.kafka.consumer({
      groupId: options.group,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      maxBytes: FETCH_BYTES_MAX,
      maxBytesPerPartition: PARTITION_BYTES_MAX,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      metadataMaxAge: METADATA_AGE_MAX_MS,
      allowAutoTopicCreation: false,
    });
  }

  /** Resolves when the signal has aborted and the group is left; rejects when the session failed. */
  async run(signal: AbortSignal): Promise<void> {
    const stopped = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => stopped.resolve(), { once: true });
    if (signal.aborted) stopped.resolve();
    this.#listen();
    this.#start().catch(this.#failed.reject);
    try {
      await Promise.race([this.#failed.promise, stopped.promise]);
    } finally {
      this.#end.abort();
      await closeWithin(this.#options.clock, () => this.#consumer.disconnect());
      this.#client[Symbol.dispose]();
    }
  }

  async #start(): Promise<void> {
    const { topic } = this.#options;
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
    const { clock, health, probe } = this.#options;
    const { CRASH, GROUP_JOIN, HEARTBEAT, FETCH } = this.#consumer.events;
    const onOutage = (error: unknown) => void health.tellFailing(error);
    const watchdog = new Watchdog({ clock, probe, onOutage });
    const isWorking = () => {
      watchdog.feed();
      health.tellWorking();
    };
    this.#consumer.on(HEARTBEAT, isWorking);
    this.#consumer.on(FETCH, isWorking);
    this.#consumer.on(GROUP_JOIN, ({ payload }) => {
      isWorking();
      this.#tellPartitions(payload.memberAssignment[this.#options.topic] ?? []);
    });
    // STOP and DISCONNECT tell nothing: they come with each of kafkajs's own restarts.
    this.#consumer.on(CRASH, ({ payload }) => this.#failed.reject(payload.error));
    watchdog.watch(this.#end.signal).catch(this.#failed.reject);
  }

  #tellPartitions(partitions: readonly number[]): void {
    const { group, topic } = this.#options;
    log.info("Joined group {group} with partitions {partitions} of {topic}", {
      group,
      partitions: partitions.join(", ") || "none",
      topic,
    });
  }

  /** kafkajs mends its own errors; of any other it would end without a word. */
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
    const { chunkMessagesMax, apply } = this.#options;
    const { messages } = payload.batch;
    for (let first = 0; first < messages.length; first += chunkMessagesMax) {
      if (this.#end.signal.aborted || !payload.isRunning() || payload.isStale()) return;
      const chunk = messages.slice(first, first + chunkMessagesMax);
      this.#tellLag(payload, chunk[0]!.offset);
      const received = chunk.map((message) => receivedMessage({ ...payload.batch, message }));
      await apply(received, { heartbeat: payload.heartbeat, signal: this.#end.signal });
      await this.#commit(payload, chunk.at(-1)!);
      await payload.heartbeat();
    }
  }

  async #commit(payload: EachBatchPayload, { offset }: KafkaMessage): Promise<void> {
    const { topic, partition } = payload.batch;
    const next = (BigInt(offset) + 1n).toString();
    payload.resolveOffset(offset);
    // Named one by one: without them nothing is committed while autoCommit is off.
    await payload.commitOffsetsIfNecessary({
      topics: [{ topic, partitions: [{ partition, offset: next }] }],
    });
    this.#tellLag(payload, next);
  }

  /** The broker's end of the partition when it was fetched, less what is applied. */
  #tellLag({ batch: { partition, highWatermark } }: EachBatchPayload, next: string): void {
    const lag = Number(highWatermark) - Number(next);
    const labels = { partition: String(partition) };
    this.#options.telemetry.set("sitemon_consumer_lag_messages", lag, labels);
  }
}
