/** The schema of what is searched for in an answer: texts and regular expressions. */
import * as z from "zod";
import { KIB } from "./quantity.ts";
import { ruleOf } from "./messages.ts";

/** A longer regular expression is generated, and slow to compile. */
const PATTERN_LENGTH_MAX = 4 * KIB;
/** All of them are looked at in every check. */
export const EXPECTATIONS_MAX = 64;
/** Longer texts are better told apart by a part of them. */
export const EXPECTED_LENGTH_MAX = 4 * KIB;

/** A report holds the pattern, and no store takes a NUL or half a character. */
const STORABLE = /^[^\0\p{Cs}]*$/u;

/** A regular expression; the scanner's own engine proves later that it compiles. */
export const patternSchema = z.string({
  error: `is not a regular expression of 1 to ${PATTERN_LENGTH_MAX} characters`,
}).min(1).max(PATTERN_LENGTH_MAX).regex(STORABLE);

const expectedSchema = z.string({ error: `is not text of 1 to ${EXPECTED_LENGTH_MAX} characters` })
  .min(1).max(EXPECTED_LENGTH_MAX);

/** A text that is looked for, or a list of them. */
export const texts = oneOrMore(expectedSchema);
/** A pattern that is searched for, or a list of them. */
export const patterns = oneOrMore(patternSchema);

function oneOrMore(item: z.ZodString) {
  const error = `${ruleOf(item)}, or a list of at most ${EXPECTATIONS_MAX}`;
  return z.union([item, z.array(item).min(1).max(EXPECTATIONS_MAX)], { error });
}
