/** Logs each change of a site's outcome, and sums up what comes too fast to be read. */
import type { Outcome, Reason } from "../report/outcome.ts";
import type { Clock } from "../runtime/clock.ts";
import { logger } from "../runtime/telemetry/logging.ts";

/** Changes that are logged one by one within a second: an outage of everything takes one more line. */
export const CHANGES_PER_SECOND_MAX = 10;
const SECOND_MS = 1_000;

const log = logger("sites");

/** What of a report counts here. */
export interface Verdict {
  readonly site: string;
  readonly outcome: Outcome;
  readonly reason: Reason | null;
}

/**
 * Of the sites of one scanner. An inconclusive check says nothing about its site, and changes
 * nothing; a site whose first verdict is up has not changed either.
 */
export class OutcomeLog {
  readonly #clock: Pick<Clock, "after">;
  readonly #outcomes = new Map<string, Outcome>();
  /** Of the running second, if something changed in it. */
  #logged = 0;
  readonly #summedUp = new Map<Outcome, number>();
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Pick<Clock, "after">) {
    this.#clock = clock;
  }

  note({ site, outcome, reason }: Verdict): void {
    if (outcome === "inconclusive") return;
    const previous = this.#outcomes.get(site);
    this.#outcomes.set(site, outcome);
    if (outcome === (previous ?? "up")) return;
    this.#cancelTimer ??= this.#clock.after(SECOND_MS, () => this.#endSecond());
    if (this.#logged === CHANGES_PER_SECOND_MAX) {
      this.#summedUp.set(outcome, (this.#summedUp.get(outcome) ?? 0) + 1);
      return;
    }
    this.#logged++;
    const change = { site, from: previous ?? "unknown", to: outcome, reason };
    const because = reason === null ? "" : " ({reason})";
    log.info(`site "{site}" is {to}${because}, was {from}`, change);
  }

  /** Of a site that is no longer checked here. */
  forget(site: string): void {
    this.#outcomes.delete(site);
  }

  /** Ends the running second. */
  close(): void {
    this.#cancelTimer?.();
    this.#endSecond();
  }

  #endSecond(): void {
    this.#cancelTimer = undefined;
    this.#logged = 0;
    const count = this.#summedUp.values().reduce((sum, changes) => sum + changes, 0);
    const outcomes = [...this.#summedUp].map(([outcome, sites]) => `${sites} ${outcome}`).join(
      ", ",
    );
    this.#summedUp.clear();
    if (count > 0) log.info("{count} more changes in that second: {outcomes}", { count, outcomes });
  }
}
