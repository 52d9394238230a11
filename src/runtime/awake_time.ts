/** Time during which an event loop turned: not while the process or the machine was stopped. */
import type { Clock } from "./clock.ts";

/**
 * A stopwatch for limits on silence. After SIGSTOP, in a debugger or on a machine that slept, every
 * timer is overdue at once, and by any other clock everybody else was silent all the while.
 */
export class AwakeTime {
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #gapMsMax: number;
  #ms = 0;
  #readMs: number;

  /** `gapMsMax`: it is read at least this often, so that more between two readings was a stop. */
  constructor(clock: Pick<Clock, "monotonicMs">, gapMsMax: number) {
    this.#clock = clock;
    this.#gapMsMax = gapMsMax;
    this.#readMs = clock.monotonicMs();
  }

  /** Milliseconds since it was made, at most `gapMsMax` of them for each reading. */
  read(): number {
    const nowMs = this.#clock.monotonicMs();
    this.#ms += Math.min(nowMs - this.#readMs, this.#gapMsMax);
    this.#readMs = nowMs;
    return this.#ms;
  }
}
