/** Writes decisions, but for alerts that the store refuses even alone: those stop no other. */
import type { Clock } from "../runtime/clock.ts";
import { logger, MinuteLimit } from "../runtime/telemetry/logging.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import type { AlertStore } from "../status/alert_store.ts";
import { mayBeOfRow, RowDivider } from "../status/divide_rows.ts";
import { decisionOf, type Written } from "./decide.ts";

/** For how long an alert that was refused is left alone: its cause is something to be mended. */
export const REFUSED_MS = 300_000;

const log = logger("alerts");

export interface DecisionWriterOptions {
  readonly store: Pick<AlertStore, "write">;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, "count">;
}

export class DecisionWriter {
  readonly #options: DecisionWriterOptions;
  readonly #divider = new RowDivider<Written>((rows) => this.#write(rows));
  /** Until when they are left alone, by the monotonic clock; forgotten when nobody asks again. */
  readonly #refused = new Map<string, number>();
  readonly #logLimit: MinuteLimit;

  constructor(options: DecisionWriterOptions) {
    this.#options = options;
    this.#logLimit = new MinuteLimit(options.clock);
  }

  /** In one transaction, when the store takes all of it. Rejects with the store's other errors. */
  async write(rows: readonly Written[]): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs();
    for (const [id, untilMs] of this.#refused) {
      if (untilMs + REFUSED_MS <= nowMs) this.#refused.delete(id);
    }
    const { others = [], again = [] } = Object.groupBy(rows, ({ alert: { id } }) => {
      const untilMs = this.#refused.get(id);
      if (untilMs === undefined) return "others";
      return untilMs <= nowMs ? "again" : "left";
    });
    if (others.length > 0) {
      for (const { row, error } of await this.#divider.write([others])) this.#refuse(row, error);
    }
    // Each alone: one that ends the session stops nobody for as long as it takes to suspect it.
    for (const row of again) {
      try {
        await this.#write([row]);
        this.#refused.delete(row.alert.id);
      } catch (error) {
        if (!mayBeOfRow(error)) throw error;
        this.#refuse(row, error);
      }
    }
  }

  #write(rows: readonly Written[]): Promise<void> {
    return this.#options.store.write(decisionOf(rows));
  }

  #refuse({ alert: { id, rule, kind, site, location } }: Written, { message }: Error): void {
    const { clock, telemetry } = this.#options;
    this.#refused.set(id, clock.monotonicMs() + REFUSED_MS);
    telemetry.count("sitemon_alerts_refused_total");
    if (!this.#logLimit.allows("refused")) return;
    const text =
      "the store refuses the {kind} alert of {subject} by rule {rule}; it is tried again in 5 min, and the others are told: {error}";
    log.warn(text, { kind, subject: site ?? location, rule, error: message });
  }
}
