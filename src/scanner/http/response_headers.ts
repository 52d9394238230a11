/** The headers of a response, looked up by name. */

/** A `Map` of names in lower case is one too. */
export interface Headers extends Iterable<readonly [name: string, value: string]> {
  /** By its name in lower case; of a header that came twice the values are joined by a comma. */
  get(name: string): string | undefined;
}

/** Headers as a parser lists them. Most checks look up three of them, for which a map costs more. */
export class ResponseHeaders implements Headers {
  readonly #pairs: readonly string[];

  /** Takes names and values by turns. */
  constructor(pairs: readonly string[]) {
    this.#pairs = pairs;
  }

  get(name: string): string | undefined {
    let joined: string | undefined;
    for (let at = 0; at + 1 < this.#pairs.length; at += 2) {
      const other = this.#pairs[at]!;
      if (other.length !== name.length || other.toLowerCase() !== name) continue;
      const value = this.#pairs[at + 1]!;
      joined = joined === undefined ? value : `${joined}, ${value}`;
    }
    return joined;
  }

  *[Symbol.iterator](): Iterator<readonly [name: string, value: string]> {
    for (let at = 0; at + 1 < this.#pairs.length; at += 2) {
      yield [this.#pairs[at]!.toLowerCase(), this.#pairs[at + 1]!];
    }
  }
}
