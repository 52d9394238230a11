/** A clock that stands still until a test moves it. */
import type { Clock } from "../src/runtime/clock.ts";

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** Timers fire in the order of their times, during {@linkcode FakeClock.advance}. */
export class FakeClock implements Clock {
  #monotonicMs = 0;
  #wallMicros: number;
  readonly #timers = new Set<Timer>();

  constructor(wallMicros = Date.UTC(2026, 0, 1) * 1_000) {
    this.#wallMicros = wallMicros;
  }

  nowMicros(): number {
    return this.#wallMicros;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#monotonicMs + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves both clocks on, firing what falls due on the way. */
  advance(ms: number): void {
    const endMs = this.#monotonicMs + ms;
    for (let timer = this.#next(endMs); timer !== undefined; timer = this.#next(endMs)) {
      this.#timers.delete(timer);
      this.#move(Math.max(0, timer.atMs - this.#monotonicMs));
      timer.callback();
    }
    this.#move(endMs - this.#monotonicMs);
  }

  /** Steps the wall clock alone, as an administrator or NTP does. */
  stepWall(ms: number): void {
    this.#wallMicros += ms * 1_000;
  }

  #move(ms: number): void {
    this.#monotonicMs += ms;
    this.#wallMicros += Math.round(ms * 1_000);
  }

  #next(endMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs <= endMs && (next === undefined || timer.atMs < next.atMs)) next = timer;
    }
    return next;
  }
}
