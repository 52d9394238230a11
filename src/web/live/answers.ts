/** Answers of a store to what several readers ask at once, or one after the other. */

/** Uptime and days change by seconds in a day; reading them is most of a page's cost. */
export const UPTIMES_FRESH_MS = 60_000;
/** Answers that are kept; there are few questions, but for those that somebody makes up. */
export const ANSWERS_MAX = 1_000;

/** An answer, and when it was asked for. */
interface Kept<T> {
  /** Undefined after a failure: what the store answers with may be that, too. */
  readonly answer: Promise<{ readonly value: T } | undefined>;
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

  /** Asks again when something changed, but not before `freshMs` have passed, and after a failure. */
  async keep<T>(
    question: string,
    freshMs: number,
    ask: () => Promise<T>,
  ): Promise<T | undefined> {
    const [now, version] = [this.#options.now(), this.#options.version()];
    const kept = this.#kept.get(question) as Kept<T> | undefined;
    const ageMs = now - (kept?.at ?? -Infinity);
    const isFresh = ageMs < freshMs || (kept?.version === version && ageMs < UPTIMES_FRESH_MS);
    if (kept !== undefined && isFresh) return (await kept.answer)?.value;
    if (this.#kept.size >= ANSWERS_MAX) this.#kept.clear();
    const asked = {
      answer: this.#options.ask(async () => ({ value: await ask() })),
      ...{ version, at: now },
    };
    this.#kept.set(question, asked);
    const answer = await asked.answer;
    if (answer === undefined && this.#kept.get(question) === asked) this.#kept.delete(question);
    return answer?.value;
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
