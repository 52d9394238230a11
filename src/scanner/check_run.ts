/** What one check has for itself: its time, the signal that ends it, and its trace. */
import type { CheckTrace } from "./check_trace.ts";
import type { Timers } from "../runtime/shared_timers.ts";

/**
 * A timeout that comes so much later than it should says nothing of a site: the process was stopped
 * or its machine hung, and an answer may have lain there all the time.
 */
export const STANDSTILL_MS = 2_000;

/**
 * A check under way. All its connections share one `AbortController`, since a controller and its
 * listeners cost more memory than the rest of a visit; it is replaced after a connection was given
 * up, for the attempts that follow.
 */
export class CheckRun implements Disposable {
  readonly timeoutMs: number;
  readonly trace: CheckTrace | undefined;
  readonly #timers: Timers;
  readonly #parent: AbortSignal;
  readonly #cancelTimeout: () => void;
  #cancelConnectTimeout: (() => void) | undefined;
  #controller: AbortController | undefined;
  #open: { close(): void } | undefined;
  #isOver = false;
  #stoodStillMs = 0;

  /** Has `timeoutMs` for the whole check, which the signal ends early. */
  constructor(
    timers: Timers,
    { timeoutMs, signal, trace }: {
      readonly timeoutMs: number;
      readonly signal: AbortSignal;
      readonly trace?: CheckTrace | undefined;
    },
  ) {
    this.timeoutMs = timeoutMs;
    this.trace = trace;
    this.#timers = timers;
    this.#parent = signal;
    this.#cancelTimeout = this.#after(timeoutMs, () => this.handleEvent());
    if (signal.aborted) this.handleEvent();
    else signal.addEventListener("abort", this);
  }

  /** True when the timeout has passed, or nobody waits for the check any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Throws when a timeout came late by {@linkcode STANDSTILL_MS} or more. */
  throwIfStoodStill(): void {
    if (this.#stoodStillMs === 0) return;
    throw new Error(`the process stood still for ${Math.round(this.#stoodStillMs)} ms`);
  }

  /** Aborts when the check is over, and when the connection that is being opened takes too long. */
  get signal(): AbortSignal {
    if (this.#controller?.signal.aborted && !this.#isOver) this.#controller = undefined;
    this.#controller ??= new AbortController();
    if (this.#isOver) this.#controller.abort();
    return this.#controller.signal;
  }

  /** Gives the next connection this long, until {@linkcode CheckRun.connected}. */
  connecting(timeoutMs: number): AbortSignal {
    const { signal } = this;
    this.#cancelConnectTimeout = this.#after(timeoutMs, () => this.#controller?.abort());
    return signal;
  }

  /** Ends what `connecting()` began, whether or not there is a connection. */
  connected(): void {
    this.#cancelConnectTimeout?.();
    this.#cancelConnectTimeout = undefined;
  }

  /** Closes the stream when the run is over, or at {@linkcode CheckRun.close}. */
  closeAtEnd(stream: { close(): void }): void {
    this.#open = stream;
    if (this.#isOver) stream.close();
  }

  /** Closes the stream that was handed over last, if it is open. */
  close(): void {
    this.#open?.close();
    this.#open = undefined;
  }

  /** The check is over: by its timeout, or by the signal, whose listener this object is. */
  handleEvent(): void {
    this.#isOver = true;
    this.#controller?.abort();
    this.#open?.close();
  }

  #after(delayMs: number, callback: () => void): () => void {
    const dueMs = this.#timers.monotonicMs() + delayMs;
    return this.#timers.after(delayMs, () => {
      const lateMs = this.#timers.monotonicMs() - dueMs;
      if (lateMs >= STANDSTILL_MS) this.#stoodStillMs = lateMs;
      callback();
    });
  }

  [Symbol.dispose](): void {
    this.#cancelTimeout();
    this.connected();
    this.#parent.removeEventListener("abort", this);
  }
}
