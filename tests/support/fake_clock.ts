/** A clock that stands still until a test moves it. */
import type { Clock } from "../../src/runtime/clock.ts";

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

  /** Milliseconds until the next timer fires. */
  get nextMs(): number {
    return Math.min(...[...this.#timers].map(({ atMs }) => atMs)) - this.#monotonicMs;
  }

  /** Moves both clocks on, firing what falls due on the way. */
  advance(ms: number): void {
    Array.from(this.#firing(ms));
  }

  /** Moves both clocks on, and lets what follows from each timer settle before the next one fires. */
  async pass(ms: number): Promise<void> {
    for (const _ of this.#firing(ms)) await settle();
    await settle();
  }

  /** Time passes while the process is stopped: overdue timers fire once it goes on. */
  async suspend(ms: number): Promise<void> {
    this.#move(ms);
    await this.pass(0);
  }

  /** Steps the wall clock alone, as an administrator or NTP does. */
  stepWall(ms: number): void {
    this.#wallMicros += ms * 1_000;
  }

  /** Moves both clocks on, and fires one timer before each step. */
  *#firing(ms: number): Generator<void> {
    const endMs = this.#monotonicMs + ms;
    for (let timer = this.#next(endMs); timer !== undefined; timer = this.#next(endMs)) {
      this.#timers.delete(timer);
      this.#move(Math.max(0, timer.atMs - this.#monotonicMs));
      yield timer.callback();
    }
    this.#move(endMs - this.#monotonicMs);
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

/** Lets every promise that can settle do so. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await Promise.resolve();
}
