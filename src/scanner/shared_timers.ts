/** The timeouts of many checks on few timers: nearly all are taken back, and a timer costs 2 µs. */
import type { Clock } from "../runtime/clock.ts";

/** How late a timeout may be: nothing beside the shortest one, and dozens of busy checks share it. */
export const GRAIN_MS = 10;

/** What waits for the same moment. */
interface Bucket {
  readonly callbacks: Set<() => void>;
  readonly cancel: () => void;
}

/** Calls back as a clock does, up to {@linkcode GRAIN_MS} later. */
export class SharedTimers implements Pick<Clock, "after"> {
  readonly #clock: Clock;
  readonly #buckets = new Map<number, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls back once, `delayMs` from now or a little later; the returned function takes that back. */
  after(delayMs: number, callback: () => void): () => void {
    const nowMs = this.#clock.monotonicMs();
    const tick = Math.ceil((nowMs + delayMs) / GRAIN_MS);
    const bucket = this.#buckets.get(tick) ?? this.#open(tick, tick * GRAIN_MS - nowMs);
    // A function of its own, so that the same callback may wait twice.
    const call = () => callback();
    bucket.callbacks.add(call);
    return () => {
      const isLast = bucket.callbacks.delete(call) && bucket.callbacks.size === 0;
      if (isLast) this.#close(tick, bucket);
    };
  }

  #open(tick: number, delayMs: number): Bucket {
    const callbacks = new Set<() => void>();
    const cancel = this.#clock.after(delayMs, () => {
      this.#buckets.delete(tick);
      for (const call of callbacks) {
        callbacks.delete(call);
        call();
      }
    });
    const bucket = { callbacks, cancel };
    this.#buckets.set(tick, bucket);
    return bucket;
  }

  #close(tick: number, { cancel }: Bucket): void {
    cancel();
    this.#buckets.delete(tick);
  }
}
