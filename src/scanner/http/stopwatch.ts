/** Times the phases of a visit on the monotonic clock. */
import type { Phase, Timings } from "../../report/hop.ts";
import type { Clock } from "../../runtime/clock.ts";

/** Told of each phase that has ended, in monotonic milliseconds. */
export type OnPhase = (phase: Phase, startMs: number, endMs: number) => void;

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
  readonly #onPhase: OnPhase | undefined;
  #phase: Phase | undefined;
  #startMs = 0;

  constructor(clock: Clock, onPhase?: OnPhase) {
    this.#clock = clock;
    this.#onPhase = onPhase;
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
    const endMs = this.#clock.monotonicMs();
    this.#micros[this.#phase] = Math.round((endMs - this.#startMs) * 1_000);
    this.#onPhase?.(this.#phase, this.#startMs, endMs);
    this.#phase = undefined;
  }

  /** The times so far, in whole microseconds. */
  get timings(): Timings {
    return { ...this.#micros };
  }
}
