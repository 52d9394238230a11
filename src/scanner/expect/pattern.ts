/**
 * Patterns that are searched in bodies, in time linear in the body whatever it holds.
 *
 * They run on RE2 alone: V8's linear engine is slower (55 to 100 ms a MiB against 0.1 to 11), and
 * its fallback for excessive backtracking leaves quadratic patterns as they are: `[ab]*[yz]` takes
 * 9 s on 128 KiB (measured).
 *
 * @see https://github.com/google/re2/wiki/Syntax
 */
import { RE2JS } from "re2js";

/** A pattern that is ready to be searched for. */
export interface Pattern {
  /** True when the text holds a match anywhere. */
  test(text: string): boolean;
}

/** Characters of a pattern's source. */
export const PATTERN_LENGTH_MAX = 4_096;

/**
 * Instructions that a pattern may compile to. The worst body of a MiB keeps a pattern of 200
 * instructions busy for 2.4 s, and one of 900 for 7.6 s (measured); common ones take milliseconds.
 */
export const PATTERN_INSTRUCTIONS_MAX = 500;

/** Thrown for a pattern that cannot be run in bounded time; its message says why. */
export class PatternError extends SyntaxError {
  override readonly name = "PatternError";
}

/**
 * Makes a pattern of RE2's syntax, of Python's as far as RE2 has the same, and of `\uXXXX`.
 * Throws {@linkcode PatternError} with the reason why it cannot run.
 */
export function compilePattern(source: string): Pattern {
  if (source.length > PATTERN_LENGTH_MAX) {
    throw new PatternError(`it has over ${PATTERN_LENGTH_MAX} characters`);
  }
  const compiled = compile(source);
  if (compiled.programSize() > PATTERN_INSTRUCTIONS_MAX) {
    throw new PatternError("it is too large, and could keep a processor busy for seconds");
  }
  return { test: (text) => compiled.test(text) };
}

/** Why a pattern cannot be used; `undefined` when it can. */
export function patternProblem(source: string): string | undefined {
  try {
    compilePattern(source);
    return undefined;
  } catch (error) {
    return (error as PatternError).message;
  }
}

function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(translate(source));
  } catch (cause) {
    throw new PatternError(reasonOf(source, cause as Error), { cause });
  }
}

/** Python's `\Z` is RE2's `\z`, and JavaScript's `\u00e9` its `\x{00e9}`; escapes stay pairs. */
function translate(source: string): string {
  return source.replace(/\\(?:u([0-9a-fA-F]{4})|[^])/g, (escape, hex?: string) => {
    if (hex !== undefined) return `\\x{${hex}}`;
    return escape === "\\Z" ? "\\z" : escape;
  });
}

/** The constructs that people will miss have names; RE2's own words say the rest. */
function reasonOf(source: string, { message }: Error): string {
  if (/\(\?<?[=!]/.test(source)) return "it looks ahead or behind, which takes unbounded time";
  if (/\\[1-9]|\(\?P=/.test(source)) return "it refers back to a group, which takes unbounded time";
  return message.replace(/^error parsing regexp: /, "");
}
