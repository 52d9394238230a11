/** A wait that others may end early, for loops that rest until there is something to do. */
import { type Clock, sleep } from "./clock.ts";

export class Nap {
  readonly #clock: Clock;
  #waking = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the wait; between two waits, the next one. */
  wake(): void {
    this.#waking.abort();
  }

  /** Waits `ms`, or until {@linkcode Nap.wake}. */
  async take(ms: number): Promise<void> {
    await sleep(this.#clock, ms, this.#waking.signal);
    if (this.#waking.signal.aborted) this.#waking = new AbortController();
  }
}
