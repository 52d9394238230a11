/** Times the phases of a visit on the monotonic clock. */
import type { Timings } from "../report/report.ts";
import type { Clock } from "../runtime/clock.ts";

type Phase = keyof Timings;

/** One phase at a time; a phase that was never started stays `null`. */
export class Stopwatch {
  readonly #clock: Clock;
  readonly #micros: Record<Phase, number | null> = {
    dns: null,
    connect: null,
    tls: null,
    first_byte: null,
    transfer: null,
  };
  #phase: Phase | undefined;
  #startMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins a phase, and ends the one before. */
  start(phase: Phase): void {
    this.end();
    this.#phase = phase;
    this.#startMs = this.#clock.monotonicMs();
  }

  /** Ends the phase that runs, if one does. */
  end(): void {
    if (this.#phase === undefined) return;
    this.#micros[this.#phase] = Math.round((this.#clock.monotonicMs() - this.#startMs) * 1_000);
    this.#phase = undefined;
  }

  /** The times so far, in whole microseconds. */
  get timings(): Timings {
    return { ...this.#micros };
  }
}
