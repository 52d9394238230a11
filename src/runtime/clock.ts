/** Time as a value that is handed in, so that tests can hold it still. */

/** Reads time and waits for it. */
export interface Clock {
  /** Wall clock: whole microseconds since 1970. It may jump either way. */
  nowMicros(): number;
  /** Milliseconds that only ever rise, comparable between the threads of one process. */
  monotonicMs(): number;
  /** Calls back once, `delayMs` from now; the returned function takes that back. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The clock of this machine. Monotonic time is measured from 1970 by the thread's own start. */
export const systemClock: Clock = {
  nowMicros: () => Date.now() * 1_000,
  monotonicMs: () => performance.timeOrigin + performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Waits `ms`, or less when the signal aborts; it never rejects. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      cancel();
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal?.addEventListener("abort", end, { once: true });
  });
}
