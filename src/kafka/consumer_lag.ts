/** How far a group is behind its topic, asked of the brokers: true also while nothing is fetched. */
import { logger } from "../runtime/telemetry/logging.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import { KafkaAdmin } from "./client/kafka_admin.ts";
import type { KafkaClientOptions } from "./client_port.ts";

/** However often somebody looks, the brokers are asked once in this time: six small requests. */
export const LAG_FRESH_MS = 5_000;

const log = logger("consumer");

export interface ConsumerLagOptions extends KafkaClientOptions {
  readonly topic: string;
  readonly group: string;
  readonly telemetry: Telemetry;
}

/** Measures the partitions that one member of the group has, whenever somebody looks. */
export class ConsumerLag implements Disposable {
  readonly #options: ConsumerLagOptions;
  #assigned: readonly number[] = [];
  /** Connected at the first look. */
  #admin: KafkaAdmin | undefined;
  #measuring: Promise<void> | undefined;
  #measuredMs = -Infinity;
  #isEnded = false;

  constructor(options: ConsumerLagOptions) {
    this.#options = options;
  }

  /** Measures these from now on, at the next look; the series of the others end. */
  assign(partitions: readonly number[]): void {
    for (const partition of this.#assigned) {
      if (!partitions.includes(partition)) this.#set(partition, NaN);
    }
    this.#assigned = partitions;
  }

  /**
   * While the brokers do not answer, there is no lag to tell of: the series end. Why they do not, the
   * consumer reports. Concurrent callers share it; it never rejects.
   */
  measure(): Promise<void> {
    return this.#measuring ??= this.#measure().finally(() => this.#measuring = undefined);
  }

  async #measure(): Promise<void> {
    const { clock } = this.#options;
    if (this.#isEnded || clock.monotonicMs() - this.#measuredMs < LAG_FRESH_MS) return;
    const lags = await this.#ask().catch((error) => {
      log.debug("lag is unknown: {error}", { error });
      this.#disconnect();
    });
    this.#measuredMs = clock.monotonicMs();
    if (this.#isEnded) return;
    for (const partition of this.#assigned) this.#set(partition, lags?.get(partition) ?? NaN);
  }

  /** On one connection, until it fails. */
  async #ask(): Promise<ReadonlyMap<number, number>> {
    if (this.#admin === undefined) {
      this.#admin = new KafkaAdmin(this.#options);
      await this.#admin.connect();
    }
    return await this.#admin.lags(this.#options);
  }

  #disconnect(): void {
    this.#admin?.[Symbol.dispose]();
    this.#admin = undefined;
  }

  /** Ends every series. */
  [Symbol.dispose](): void {
    this.#isEnded = true;
    this.#disconnect();
    this.assign([]);
  }

  #set(partition: number, messages: number): void {
    const labels = { partition: String(partition) };
    this.#options.telemetry.set("sitemon_consumer_lag_messages", messages, labels);
  }
}
