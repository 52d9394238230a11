/** Combines what several callers write at the same time into one transaction. */
import { setImmediate } from "node:timers";
import type { Entry } from "./entry.ts";

/** Writes entries, at most {@linkcode CHUNK_REPORTS_MAX}; a rejection is passed on to each caller. */
export type Write = (entries: readonly Entry[], signal: AbortSignal) => Promise<void>;

interface Waiting {
  readonly entries: readonly Entry[];
  readonly signal: AbortSignal;
  readonly written: PromiseWithResolvers<void>;
}

/**
 * One write runs at a time, and those that wait for it go together in the next one, in the order in
 * which they came. So a few reports of each of many partitions cost one commit, not many, and what
 * comes next is read while the store works.
 */
export class SharedWrites {
  readonly #write: Write;
  readonly #entriesMax: number;
  #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(write: Write, entriesMax: number) {
    this.#write = write;
    this.#entriesMax = entriesMax;
  }

  /**
   * Resolves when the entries, at most `entriesMax`, are written. A write that is shared goes on
   * until the signals of all its callers have aborted.
   */
  async write(entries: readonly Entry[], signal: AbortSignal): Promise<void> {
    const written = Promise.withResolvers<void>();
    this.#waiting.push({ entries, signal, written });
    if (!this.#isWriting) void this.#writeAll();
    await written.promise;
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    // The batches of one fetch come one after the other, within a turn of the event loop.
    if (this.#waiting[0]!.entries.length < this.#entriesMax) await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const together = this.#take();
      try {
        await this.#write(together.flatMap(({ entries }) => entries), allOf(together));
        for (const { written } of together) written.resolve();
      } catch (error) {
        for (const { written } of together) written.reject(error);
      }
    }
    this.#isWriting = false;
  }

  /** Those that came first, as many as one write takes. */
  #take(): Waiting[] {
    let size = 0;
    const more = this.#waiting.findIndex(({ entries }) => {
      size += entries.length;
      return size > this.#entriesMax;
    });
    return this.#waiting.splice(0, more === -1 ? this.#waiting.length : Math.max(1, more));
  }
}

/** Aborts with the last of them: until then a caller needs the result. */
function allOf(callers: readonly Waiting[]): AbortSignal {
  const signals = callers.map(({ signal }) => signal);
  const [only, ...others] = signals;
  if (others.length === 0) return only!;
  const end = new AbortController();
  const look = () => {
    if (signals.every(({ aborted }) => aborted)) end.abort(only!.reason);
  };
  for (const signal of signals) signal.addEventListener("abort", look, { once: true });
  look();
  return end.signal;
}
