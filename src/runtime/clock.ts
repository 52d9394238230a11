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

/** A signal with a deadline; disposing of it takes its timer back. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * A signal that aborts after `ms`. `AbortSignal.timeout` keeps its timer until it fires, and
 * does not know a test's clock.
 */
export function deadline(clock: Clock, ms: number): Deadline {
  const controller = new AbortController();
  const cancel = clock.after(Math.max(0, ms), () => controller.abort());
  return { signal: controller.signal, [Symbol.dispose]: cancel };
}
