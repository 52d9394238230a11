/** How far a group is behind its topic, asked of the brokers: true also while nothing is fetched. */
import { sleep } from "../runtime/clock.ts";
import { onAbort } from "../runtime/deadline.ts";
import { logger } from "../runtime/telemetry/logging.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import { KafkaAdmin } from "./client/kafka_admin.ts";
import type { KafkaClientOptions } from "./client_port.ts";

/** How often the brokers are asked: two small requests. Prometheus looks every 15 s or so. */
export const LAG_INTERVAL_MS = 10_000;

const log = logger("consumer");

export interface ConsumerLagOptions extends KafkaClientOptions {
  readonly topic: string;
  readonly group: string;
  readonly telemetry: Telemetry;
}

/** Measures the partitions that one member of the group has. */
export class ConsumerLag {
  readonly #options: ConsumerLagOptions;
  #assigned: readonly number[] = [];

  constructor(options: ConsumerLagOptions) {
    this.#options = options;
  }

  /** Measures these from now on, at the next turn; the series of the others end. */
  assign(partitions: readonly number[]): void {
    for (const partition of this.#assigned) {
      if (!partitions.includes(partition)) this.#set(partition, NaN);
    }
    this.#assigned = partitions;
  }

  /**
   * Measures until the signal aborts. Then, and while the brokers do not answer, there is no lag to
   * tell of: the series end. Why they do not, the consumer reports.
   */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#measure(signal).catch((error) => log.debug("lag is unknown: {error}", { error }));
      for (const partition of this.#assigned) this.#set(partition, NaN);
      await sleep(this.#options.clock, LAG_INTERVAL_MS, signal);
    }
  }

  /** On one connection, until it fails or the signal aborts. */
  async #measure(signal: AbortSignal): Promise<void> {
    await using admin = new KafkaAdmin(this.#options);
    using _listener = onAbort(signal, () => admin[Symbol.dispose]());
    await admin.connect();
    while (!signal.aborted) {
      const lags = await admin.lags(this.#options);
      for (const partition of this.#assigned) this.#set(partition, lags.get(partition) ?? NaN);
      await sleep(this.#options.clock, LAG_INTERVAL_MS, signal);
    }
  }

  #set(partition: number, messages: number): void {
    const labels = { partition: String(partition) };
    this.#options.telemetry.set("sitemon_consumer_lag_messages", messages, labels);
  }
}
