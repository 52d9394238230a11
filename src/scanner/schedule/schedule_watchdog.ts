/** Notices sites whose slots come and go without a check, for a reason that the scanner does not know. */
import type { Clock } from "../../runtime/clock.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";

/** A site that is overdue is looked at twice, so that whatever was due could happen meanwhile. */
export const WATCHDOG_MS = 30_000;

export interface ScheduleWatchdogOptions {
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, "set">;
  /** The label `thread` of its metric. */
  readonly thread: string;
  /** Names of the sites that should have been checked by now. */
  readonly overdue: () => Iterable<string>;
}

/** Looks from `start()` to `stop()`. */
export class ScheduleWatchdog {
  readonly #options: ScheduleWatchdogOptions;
  #overdue: ReadonlySet<string> = new Set();
  #lost: ReadonlySet<string> = new Set();
  #cancelTimer = () => {};

  constructor(options: ScheduleWatchdogOptions) {
    this.#options = options;
  }

  start(): void {
    this.#report(this.#lost);
    this.#cancelTimer = this.#options.clock.after(WATCHDOG_MS, () => this.#look());
  }

  /** Repeating it is harmless. */
  stop(): void {
    this.#cancelTimer();
  }

  #look(): void {
    const overdue = new Set(this.#options.overdue());
    this.#report(overdue.intersection(this.#overdue));
    this.#overdue = overdue;
    this.#cancelTimer = this.#options.clock.after(WATCHDOG_MS, () => this.#look());
  }

  #report(lost: ReadonlySet<string>): void {
    const { telemetry, thread } = this.#options;
    const [site] = lost.difference(this.#lost);
    this.#lost = lost;
    telemetry.set("sitemon_sites_lost", lost.size, { thread });
    if (site === undefined) return;
    logger("scanner").error(
      "sites are not checked although their time has come: {count}, {site} among them; restart sitemon, and report this",
      { count: lost.size, site },
    );
  }
}
