/** A limit on time that ends what is under way: a signal with a timer, let go of by `using`. */
import type { Clock } from "./clock.ts";

/**
 * Aborts its signal after `delayMs`, or when the parent's does.
 *
 * `AbortSignal.timeout` and `AbortSignal.any` would do the same, but leave their timers behind.
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #cancelTimer: () => void;
  readonly #parent: AbortSignal;
  readonly #onParentAbort = () => this.#controller.abort();
  #isExpired = false;

  constructor(timers: Pick<Clock, "after">, delayMs: number, parent: AbortSignal) {
    this.#parent = parent;
    this.#cancelTimer = timers.after(delayMs, () => {
      this.#isExpired = true;
      this.#controller.abort();
    });
    if (parent.aborted) this.#controller.abort();
    else parent.addEventListener("abort", this.#onParentAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** True when its own time was up, not the parent's. */
  get isExpired(): boolean {
    return this.#isExpired;
  }

  [Symbol.dispose](): void {
    this.#cancelTimer();
    this.#parent.removeEventListener("abort", this.#onParentAbort);
  }
}

/** Calls back when the signal aborts, at once if it has; dispose of the result to stop listening. */
export function onAbort(signal: AbortSignal, callback: () => void): Disposable {
  if (signal.aborted) callback();
  else signal.addEventListener("abort", callback, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", callback) };
}
