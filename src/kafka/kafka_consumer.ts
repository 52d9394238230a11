/** Messages of a topic to whoever applies them, each at least once: a member of a consumer group. */
import { backoffMs, CONFIGURATION_RETRY_MS } from "../runtime/backoff.ts";
import { sleep } from "../runtime/clock.ts";
import { abortable } from "../runtime/deadline.ts";
import { logger } from "../runtime/telemetry/logging.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import { ConsumerSession, type FetchedBatch } from "./client/consumer_session.ts";
import { KafkaAdmin, type TopicAccess } from "./client/kafka_admin.ts";
import { KafkaClient } from "./client/kafka_client.ts";
import { KafkaLog } from "./client/kafka_log.ts";
import { KafkaError } from "./kafka_error.ts";
import { KafkaHealth } from "./kafka_health.ts";
import type { ReceivedMessage } from "./message.ts";
import { Watchdog } from "./watchdog.ts";

/** What a chunk of messages is applied with. */
export interface ChunkContext {
  /** To be called at least every few seconds; a rejection ends the batch and is to be passed on. */
  readonly heartbeat: () => Promise<void>;
  /** Aborts when the chunk is no longer wanted. */
  readonly signal: AbortSignal;
}

/**
 * Resolves when the messages, all of one partition, are applied durably: then they are committed.
 * Called for several partitions at once.
 */
export type Apply = (
  messages: readonly ReceivedMessage[],
  context: ChunkContext,
) => Promise<void>;

export interface KafkaConsumerOptions extends TopicAccess {
  readonly group: string;
  /** At most so many messages are applied, and committed, at once. */
  readonly chunkMessagesMax: number;
  readonly telemetry: Telemetry;
}

/** At most one try a second, and soon after the brokers are back. */
const RETRY = { minMs: 2_000, maxMs: 4_000 };

const log = logger("consumer");

/**
 * A member of a consumer group.
 *
 * Waits for outages, missing rights and topics, and reports them to readiness. What rejects is a
 * fault of the program, or a client that stalled: the remedy is a new thread.
 */
export class KafkaConsumer {
  readonly #options: KafkaConsumerOptions;
  readonly #health: KafkaHealth;
  readonly #log: KafkaLog;

  constructor(options: KafkaConsumerOptions) {
    this.#options = options;
    const { clock, telemetry } = options;
    this.#health = new KafkaHealth({ clock, telemetry, dependency: "kafka", log });
    this.#log = new KafkaLog(options);
  }

  /** Waits for the brokers and the topic; resolves to the cluster's id, or undefined when aborted. */
  async ready(signal: AbortSignal): Promise<string | undefined> {
    return await this.#reconnecting(() => this.#findTopic(signal), signal);
  }

  /**
   * Hands over messages until the signal aborts, then leaves the group within two seconds. Offsets
   * are committed after `apply` has resolved, so that a crash repeats messages and loses none.
   */
  async run(apply: Apply, signal: AbortSignal): Promise<void> {
    await this.#reconnecting(async () => {
      await this.#findTopic(signal);
      await this.#session(apply, signal).run(signal);
    }, signal);
  }

  /** Settles as the first try does that does not fail because of Kafka. */
  async #reconnecting<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        return await attempt();
      } catch (error) {
        if (signal.aborted) return undefined;
        if (!(error instanceof KafkaError)) throw error;
        this.#health.reportFailure(error);
        const pauseMs = error.isTemporary ? backoffMs(failures, RETRY) : CONFIGURATION_RETRY_MS;
        await sleep(this.#options.clock, pauseMs, signal);
      }
    }
    return undefined;
  }

  /** Resolves to the cluster's id; ends with the signal, whatever the client waits for. */
  async #findTopic(signal: AbortSignal): Promise<string> {
    using client = new KafkaClient("asking", { ...this.#options, log: this.#log });
    const find = async () => {
      await using admin = new KafkaAdmin(client);
      await admin.connect();
      const { clusterId } = await admin.describeCluster();
      await admin.ensureTopic(this.#options);
      return clusterId;
    };
    return await abortable(find(), signal);
  }

  #session(apply: Apply, signal: AbortSignal): ConsumerSession {
    const watchdog = new Watchdog({
      clock: this.#options.clock,
      probe: () => this.#findTopic(signal),
      onOutage: (error) => this.#health.reportFailure(error),
    });
    const session = new ConsumerSession({
      ...this.#options,
      log: this.#log,
      onBatch: (batch) => this.#applyBatch(batch, apply),
      onActivity: () => {
        watchdog.feed();
        this.#health.reportOk();
      },
      onAssigned: (partitions) => this.#reportAssigned(partitions),
    });
    watchdog.watch(session.signal).catch((error) => session.fail(error));
    return session;
  }

  async #applyBatch(batch: FetchedBatch, apply: Apply): Promise<void> {
    const { chunkMessagesMax } = this.#options;
    const { messages, heartbeat, signal } = batch;
    for (let first = 0; first < messages.length; first += chunkMessagesMax) {
      if (!batch.isCurrent()) return;
      const chunk = messages.slice(first, first + chunkMessagesMax);
      this.#reportLag(batch, chunk[0]!.offset);
      await apply(chunk, { heartbeat, signal });
      const next = chunk.at(-1)!.offset + 1;
      await batch.commit(next);
      this.#reportLag(batch, next);
      await heartbeat();
    }
  }

  #reportAssigned(partitions: readonly number[]): void {
    const { group, topic } = this.#options;
    log.info('joined group "{group}": partitions {partitions} of topic "{topic}"', {
      group,
      partitions: partitions.join(", ") || "none",
      topic,
    });
  }

  #reportLag({ partition, endOffset }: FetchedBatch, next: number): void {
    const labels = { partition: String(partition) };
    this.#options.telemetry.set("sitemon_consumer_lag_messages", endOffset - next, labels);
  }
}
