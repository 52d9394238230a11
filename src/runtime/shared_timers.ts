/** Many timeouts on few timers: nearly all are canceled, and a timer costs 2 µs. */
import type { Clock } from "./clock.ts";

/** Timeouts of checks and connections, which need no exact moment. */
export type Timers = Pick<Clock, "after" | "monotonicMs">;

/** How late a timeout may be: little beside the shortest one, and dozens of busy checks share it. */
export const GRAIN_MS = 10;

/** What waits for the same moment. */
interface Bucket {
  /** Canceled ones are emptied; deleting them from a Set kept much of a finished check alive. */
  readonly calls: { callback: (() => void) | undefined }[];
  waiting: number;
  readonly cancel: () => void;
}

/** Calls back as a clock does, up to {@linkcode GRAIN_MS} later. */
export class SharedTimers implements Timers {
  readonly #clock: Clock;
  readonly #buckets = new Map<number, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs();
  }

  /** Calls back once, `delayMs` from now or a little later; the returned function cancels that. */
  after(delayMs: number, callback: () => void): () => void {
    const nowMs = this.#clock.monotonicMs();
    const tick = Math.ceil((nowMs + delayMs) / GRAIN_MS);
    const bucket = this.#buckets.get(tick) ?? this.#open(tick, tick * GRAIN_MS - nowMs);
    const call: Bucket["calls"][number] = { callback };
    bucket.calls.push(call);
    bucket.waiting++;
    return () => {
      if (call.callback === undefined) return;
      call.callback = undefined;
      if (--bucket.waiting > 0) return;
      bucket.cancel();
      this.#buckets.delete(tick);
    };
  }

  #open(tick: number, delayMs: number): Bucket {
    const calls: Bucket["calls"] = [];
    const cancel = this.#clock.after(delayMs, () => {
      this.#buckets.delete(tick);
      for (const call of calls) {
        const { callback } = call;
        call.callback = undefined;
        callback?.();
      }
    });
    const bucket = { calls, waiting: 0, cancel };
    this.#buckets.set(tick, bucket);
    return bucket;
  }
}
