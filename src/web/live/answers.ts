/** Answers of a store to what several readers ask at once, or one after the other. */

/** Uptime and days change by seconds in a day; reading them is most of a page's cost. */
export const UPTIMES_FRESH_MS = 60_000;
/** Answers that are kept; there are few questions, but for those that somebody makes up. */
export const ANSWERS_MAX = 1_000;

/** An answer, and when it was asked for. */
interface Kept<T> {
  readonly answer: Promise<T | undefined>;
  readonly version: number;
  readonly at: number;
}

interface AnswersOptions {
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Rises with every change. */
  readonly version: () => number;
  /** The answer, or undefined after a failure. */
  readonly ask: <T>(question: () => Promise<T>) => Promise<T | undefined>;
}

export class Answers {
  readonly #options: AnswersOptions;
  readonly #kept = new Map<string, Kept<unknown>>();
  readonly #shared = new Map<string, Promise<unknown>>();

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  /** Asks again when something changed, but not before `freshMs` have passed. */
  async keep<T>(
    question: string,
    freshMs: number,
    ask: () => Promise<T>,
  ): Promise<T | undefined> {
    const [now, version] = [this.#options.now(), this.#options.version()];
    const kept = this.#kept.get(question) as Kept<T> | undefined;
    const ageMs = now - (kept?.at ?? -Infinity);
    const isFresh = ageMs < freshMs || (kept?.version === version && ageMs < UPTIMES_FRESH_MS);
    if (kept !== undefined && isFresh) return await kept.answer;
    if (this.#kept.size >= ANSWERS_MAX) this.#kept.clear();
    const answer = this.#options.ask(ask);
    this.#kept.set(question, { answer, version, at: now });
    return await answer;
  }

  /** Asks once for all who ask the same at once: what programs ask may be anything, and is not kept. */
  async share<T>(asked: unknown, ask: () => Promise<T>): Promise<T | undefined> {
    const question = JSON.stringify(asked);
    const known = this.#shared.get(question) as Promise<T | undefined> | undefined;
    const answer = known ??
      this.#options.ask(ask).finally(() => this.#shared.delete(question));
    this.#shared.set(question, answer);
    return await answer;
  }
}
