/** Messages of a topic to whoever applies them, each at least once: a member of a consumer group. */
import { backoffMs, CONFIGURATION_RETRY_MS } from "../runtime/backoff.ts";
import { sleep } from "../runtime/clock.ts";
import { abortable } from "../runtime/deadline.ts";
import { logger, MinuteLimit } from "../runtime/telemetry/logging.ts";
import { countFromZero, type Telemetry } from "../runtime/telemetry/telemetry.ts";
import { ConsumerSession } from "./client/consumer_session.ts";
import { KafkaAdmin } from "./client/kafka_admin.ts";
import type { Apply, ConsumerPort, ConsumerSessionOptions, TopicAccess } from "./client_port.ts";
import { ConsumerLag } from "./consumer_lag.ts";
import { KafkaError } from "./kafka_error.ts";
import type { Jump } from "./read_positions.ts";
import { KafkaHealth } from "./kafka_health.ts";
import { Watchdog } from "./watchdog.ts";

export type KafkaConsumerOptions =
  & TopicAccess
  & Pick<ConsumerSessionOptions, "group" | "chunkMessagesMax">
  & { readonly telemetry: Telemetry };

/** At most one try a second, and soon after the brokers are back. */
const RETRY = { minMs: 2_000, maxMs: 4_000 };

const SKIPPED = "sitemon_consumer_messages_skipped_total";

const log = logger("consumer");

/**
 * Waits for outages, missing rights and topics, and reports them to readiness. What rejects is a
 * fault of the program, or a client that stalled: the remedy is a new thread.
 */
export class KafkaConsumer {
  readonly #options: KafkaConsumerOptions;
  readonly #health: KafkaHealth;
  readonly #jumpLimit: MinuteLimit;
  #lag: ConsumerLag | undefined;

  constructor(options: KafkaConsumerOptions) {
    this.#options = options;
    const { clock, telemetry } = options;
    countFromZero(telemetry, SKIPPED, [{}]);
    this.#jumpLimit = new MinuteLimit(clock);
    this.#health = new KafkaHealth({ telemetry, dependency: "kafka" });
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

  /** Measures how far the group is behind, as somebody looks now; it never rejects. */
  async measure(): Promise<void> {
    await this.#lag?.measure();
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
    using admin = new KafkaAdmin(this.#options);
    const find = async () => {
      await admin.connect();
      await admin.ensureTopic(this.#options);
      return (await admin.describeCluster()).clusterId;
    };
    return await abortable(find(), signal);
  }

  #session(apply: Apply, signal: AbortSignal): ConsumerPort {
    const { clock, group, topic } = this.#options;
    const lag = new ConsumerLag(this.#options);
    const watchdog = new Watchdog({
      clock,
      probe: () => this.#findTopic(signal),
      onOutage: (error) => this.#health.reportFailure(error),
    });
    return new ConsumerSession({
      ...this.#options,
      apply,
      onActivity: () => {
        watchdog.feed();
        this.#health.reportOk();
      },
      watch: async (signal) => {
        using _lag = this.#lag = lag;
        await watchdog.watch(signal);
      },
      onAssigned: (assigned) => {
        lag.assign(assigned);
        const partitions = assigned.join(", ") || "none";
        const message = 'joined group "{group}": partitions {partitions} of topic "{topic}"';
        log.info(message, { group, partitions, topic });
      },
      onCreatedAgain: (partitions) => {
        const message = "topic {topic} was created again: reading its partitions {partitions} " +
          "from their beginning";
        log.warn(message, { topic, partitions: partitions.join(", ") });
      },
      onJump: (jump) => this.#reportJump(jump),
    });
  }

  #reportJump({ partition, expected, found }: Jump): void {
    const { telemetry, topic } = this.#options;
    const count = Math.max(0, found - expected);
    if (count > 0) telemetry.count(SKIPPED, {}, count);
    if (!this.#jumpLimit.allows(count > 0 ? "skipped" : "again")) return;
    const place = { topic, partition, expected, found };
    if (count > 0) {
      const message = "{topic}/{partition} goes on at offset {found} in place of {expected}: " +
        "{count} messages were deleted before they were read; run sitemon audit";
      log.warn(message, { ...place, count });
    } else {
      const message = "{topic}/{partition} goes on at offset {found} in place of {expected}: " +
        "the topic was probably created again";
      log.warn(message, place);
    }
  }
}
