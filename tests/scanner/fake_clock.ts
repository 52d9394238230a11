/** Time that stands still until a test moves it. */
import type { Clock } from "../../src/runtime/clock.ts";

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

export class FakeClock implements Clock {
  #nowMs = 1_000_000;
  #wallMs = 1_700_000_000_000;
  readonly #timers = new Set<Timer>();

  nowMicros(): number {
    return this.#wallMs * 1_000;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many timers wait. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Lets time pass, each timer firing at its own moment, and what follows from it settle. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      this.#fire(next);
      await settle();
    }
    this.#nowMs = endMs;
    await settle();
  }

  /** Time passes while the process is stopped: overdue timers fire once it goes on. */
  async suspend(ms: number): Promise<void> {
    this.#nowMs += ms;
    await this.pass(0);
  }

  /** Somebody sets the wall clock. */
  stepWall(ms: number): void {
    this.#wallMs += ms;
  }

  #next(endMs: number): Timer | undefined {
    const due = [...this.#timers].filter(({ atMs }) => atMs <= endMs);
    return due.sort((a, b) => a.atMs - b.atMs)[0];
  }

  #fire(timer: Timer): void {
    this.#timers.delete(timer);
    timer.callback();
  }
}

/** Lets every promise that can settle do so. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await Promise.resolve();
}
