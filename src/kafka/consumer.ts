/** Messages of a topic to whoever applies them, each at least once: a member of a consumer group. */
import { abortable } from "../runtime/deadline.ts";
import { logger } from "../runtime/telemetry/logging.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import { findTopic } from "./client/cluster.ts";
import { KafkaClient } from "./client/connection.ts";
import { ConsumerSession } from "./client/consumer_session.ts";
import { KafkaHealth } from "./health.ts";
import { KafkaLog } from "./client/kafka_log.ts";
import type { ReceivedMessage } from "./message.ts";
import { reconnecting } from "./reconnect.ts";
import type { TopicAccess } from "./client/topic.ts";

/** What a batch is applied with. */
export interface ApplyOptions {
  /** To be called at least every few seconds; a rejection ends the batch and is to be passed on. */
  readonly heartbeat: () => Promise<void>;
  /** The batch is no longer wanted. */
  readonly signal: AbortSignal;
}

/**
 * Resolves when the messages, all of one partition, are applied durably: then they are committed.
 * Partitions are handed over at the same time.
 */
export type Apply = (
  messages: readonly ReceivedMessage[],
  options: ApplyOptions,
) => Promise<void>;

export interface KafkaConsumerOptions extends TopicAccess {
  readonly group: string;
  /** At most so many messages are applied, and committed, at once. */
  readonly chunkMessagesMax: number;
  readonly telemetry: Telemetry;
}

const log = logger("consumer");

/**
 * A member of a consumer group.
 *
 * Outages, missing rights and topics are waited for, and told to readiness. What rejects is a fault
 * of the program, or a client that stalled: the remedy is a new thread.
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

  /** Waits for the brokers and the topic; resolves to the cluster's id, or to nothing when aborted. */
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
      const session = new ConsumerSession({
        ...this.#options,
        apply,
        health: this.#health,
        log: this.#log,
        probe: () => this.#findTopic(signal),
      });
      await session.run(signal);
    }, signal);
  }

  #reconnecting<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    return reconnecting(attempt, { clock: this.#options.clock, health: this.#health }, signal);
  }

  /** Ends with the signal, whatever kafkajs waits for. */
  async #findTopic(signal: AbortSignal): Promise<string> {
    using client = new KafkaClient("asking", { ...this.#options, log: this.#log });
    return await abortable(findTopic(client.kafka, this.#options), signal);
  }
}
