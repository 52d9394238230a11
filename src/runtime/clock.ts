/** Time as a parameter, so that tests can control it. */

export interface Clock {
  /** Wall clock: whole microseconds since 1970. It may jump either way. */
  nowMicros(): number;
  /** Milliseconds that only ever rise, comparable between the threads of one process. */
  monotonicMs(): number;
  /** Calls back once, `delayMs` from now; the returned function cancels that. */
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

/** A moment by both clocks of a machine; plain data, valid within the thread that made it. */
export interface Instant {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export function instantOf(clock: Clock): Instant {
  return { monotonicMs: clock.monotonicMs(), wallMs: clock.nowMicros() / 1_000 };
}

/**
 * Milliseconds since then, by the clock that went further: the monotonic one runs while a process is
 * stopped, but not while the machine sleeps; the wall clock may be set back.
 */
export function elapsedMs(since: Instant, clock: Clock): number {
  const now = instantOf(clock);
  return Math.max(now.monotonicMs - since.monotonicMs, now.wallMs - since.wallMs);
}
