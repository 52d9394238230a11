/** The plain values of the schema: bounded numbers, bounded text, words, yes or no. */
import * as z from "zod";
import { mustBe } from "./must_be.ts";

/** Both are included. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** A whole number. */
export function whole({ min, max }: Range) {
  const error = mustBe(`a whole number from ${min} to ${max}`, "write such a number");
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** Text of one line that is not empty, of at most `lengthMax` characters. */
export function text(lengthMax: number) {
  const error = mustBe(
    `a text of one line, of 1 to ${lengthMax} characters`,
    "write such a text, in quotes",
  );
  return z.string({ error }).regex(/^\P{Cc}+$/u, { error }).max(lengthMax, { error });
}

/** Text of a form that `what` describes. */
export function matching(form: RegExp, what: string) {
  const error = mustBe(what, "write it so");
  return z.string({ error }).regex(form, { error });
}

/** One of a few words. */
export function word<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: mustBe(`one of ${words.join(", ")}`, "write one of these words") });
}

/** true or false. */
export function yesOrNo() {
  return z.boolean({ error: mustBe("true or false", "write one of the two") });
}

/** The path of a file. */
export function path() {
  // PATH_MAX of Linux, which no other system exceeds by much.
  const lengthMax = 4_096;
  const error = mustBe("the path of a file", "write such a path, in quotes");
  const form = /^[^\0]+$/;
  return z.string({ error }).regex(form, { error }).max(lengthMax, { error });
}
