/** Limits on time: a signal that aborts, and waits that end early. All of them remove their timers. */
import { type Clock, systemClock } from "./clock.ts";

/**
 * Aborts its signal after `delayMs`, or when the parent's does. `AbortSignal.timeout` and
 * `AbortSignal.any` would do the same, but leave their timers behind and ignore a test's clock.
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly signal = this.#controller.signal;
  readonly #cancelTimer: () => void;
  readonly #parent: AbortSignal | undefined;
  readonly #onParentAbort = () => this.#controller.abort();
  #isExpired = false;

  constructor(timers: Pick<Clock, "after">, delayMs: number, parent?: AbortSignal) {
    this.#parent = parent;
    this.#cancelTimer = timers.after(Math.max(0, delayMs), () => {
      this.#isExpired = true;
      this.#controller.abort();
    });
    if (parent?.aborted) this.#controller.abort();
    else parent?.addEventListener("abort", this.#onParentAbort, { once: true });
  }

  /** True when its own time was up, not the parent's. */
  get isExpired(): boolean {
    return this.#isExpired;
  }

  [Symbol.dispose](): void {
    this.#cancelTimer();
    this.#parent?.removeEventListener("abort", this.#onParentAbort);
  }
}

/** Calls back when the signal aborts, at once if it has; dispose of the result to stop listening. */
export function onAbort(signal: AbortSignal, callback: () => void): Disposable {
  if (signal.aborted) callback();
  else signal.addEventListener("abort", callback, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", callback) };
}

export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/**
 * Settles as `promise` does, or rejects with {@linkcode TimeoutError} after `ms`. A later
 * rejection of the promise is ignored.
 */
export async function within<T>(
  ms: number,
  promise: Promise<T>,
  timers: Pick<Clock, "after"> = systemClock,
): Promise<T> {
  const late = Promise.withResolvers<never>();
  const fail = () => late.reject(new TimeoutError(`no answer within ${ms} ms`));
  const cancelTimer = timers.after(ms, fail);
  promise.catch(() => {});
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    cancelTimer();
  }
}

/**
 * Settles as `promise` does, or rejects with the signal's reason as soon as it aborts. A later
 * rejection of the promise is ignored.
 */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  using _listener = onAbort(signal, () => aborted.reject(signal.reason));
  promise.catch(() => {});
  aborted.promise.catch(() => {});
  return await Promise.race([promise, aborted.promise]);
}
