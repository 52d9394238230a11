/** The numbers of a JSON text as they were written: JavaScript keeps some 15 digits of one. */

/** A number, exactly: integers of any length, and fractions as near as a double comes. */
export type ExactNumber = number | bigint;

/** Strings, so that digits in them are passed over, and numbers. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/gs;

/** Looks up numbers of one text. Most texts are never asked, and then it costs nothing. */
export class WrittenNumbers {
  readonly #text: string;
  #quoted: unknown;

  /** Takes JSON that was parsed before. */
  constructor(text: string) {
    this.#text = text;
  }

  /** What stands for the number at a place of the document; throws RangeError when it is too long. */
  at(location: readonly (string | number)[]): string {
    this.#quoted ??= JSON.parse(
      this.#text.replace(TOKENS, (token) => token.startsWith('"') ? token : `"${token}"`),
    );
    const steps = location as readonly string[];
    return steps.reduce<unknown>(
      (value, step) => (value as Record<string, unknown>)[step],
      this.#quoted,
    ) as string;
  }
}

/** The number that was written so; `1.0` is `1`. */
export function exactNumber(written: string): ExactNumber {
  const value = Number(written);
  if (Number.isSafeInteger(value)) return value;
  const [, integer] = /^(-?\d+)(?:\.0+)?$/.exec(written) ?? [];
  return integer === undefined ? value : BigInt(integer);
}

/** True for numbers of the same value; JavaScript compares both of its kinds exactly. */
export function areEqual(one: ExactNumber, other: ExactNumber): boolean {
  return one <= other && one >= other;
}
