/** Whether a loop still turns, as the loop itself tells. */

/** Thrown when a loop no longer turns although nothing keeps its thread busy. */
export class StuckError extends Error {
  override readonly name = "StuckError";

  constructor(quietMs: number) {
    super(`it made no progress for ${Math.round(quietMs / 1_000)} s`);
  }
}

/** Judges nothing before the loop has turned for the first time. */
export class Progress {
  readonly #now: () => number;
  #turnedAtMs = Infinity;

  /** `now`: monotonic milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The loop has turned. */
  turn(): void {
    this.#turnedAtMs = this.#now();
  }

  /** The error of a loop whose last turn is longer ago than that. */
  stuck(turnMsMax = Infinity): StuckError | undefined {
    const quietMs = this.#now() - this.#turnedAtMs;
    return quietMs > turnMsMax ? new StuckError(quietMs) : undefined;
  }
}
