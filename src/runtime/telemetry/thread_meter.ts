/** Memory and event loop lag of a thread, when they are asked for. */
import type { Clock } from "../clock.ts";
import type { Telemetry } from "./telemetry.ts";

/** A timer of this length fires later by as long as the loop was blocked at its end. */
export const LAG_TIMER_MS = 1_000;

/** Measures the thread that it is made in. */
export class ThreadMeter {
  readonly #telemetry: Pick<Telemetry, "set">;
  readonly #clock: Clock;
  #isTimed = false;

  constructor(telemetry: Pick<Telemetry, "set">, clock: Clock) {
    this.#telemetry = telemetry;
    this.#clock = clock;
  }

  /** Sets the heap now and the lag {@linkcode LAG_TIMER_MS} later, unless it is about to be set. */
  measure(thread: string): void {
    const [telemetry, clock] = [this.#telemetry, this.#clock];
    telemetry.set("sitemon_thread_heap_bytes", Deno.memoryUsage().heapUsed, { thread });
    if (this.#isTimed) return;
    this.#isTimed = true;
    const dueMs = clock.monotonicMs() + LAG_TIMER_MS;
    clock.after(LAG_TIMER_MS, () => {
      this.#isTimed = false;
      const lateMs = Math.max(0, clock.monotonicMs() - dueMs);
      telemetry.set("sitemon_thread_loop_lag_seconds", lateMs / 1_000, { thread });
    });
  }
}
