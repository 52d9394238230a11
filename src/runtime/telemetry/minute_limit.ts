/** Allows a log line once a minute for each cause. */
import { MINUTE_MS } from "../time_units.ts";
import type { Clock } from "../clock.ts";

/** Causes come from a closed list of words, so the map is bounded. */
export class MinuteLimit {
  readonly #clock: Clock;
  readonly #allowedMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True when this cause was not allowed within the last minute. */
  allows(cause: string): boolean {
    const nowMs = this.#clock.monotonicMs();
    const allowedMs = this.#allowedMs.get(cause);
    if (allowedMs !== undefined && nowMs - allowedMs < MINUTE_MS) return false;
    this.#allowedMs.set(cause, nowMs);
    return true;
  }
}
