/** Expectations on a body's text. In a body that was cut, what was not found may be in the rest. */
import type { BodyExpectation } from "../../config/site.ts";
import type { Failed } from "./failed.ts";
import type { PatternCache } from "./pattern.ts";

/** A body as far as it was read. */
export interface BodyText {
  readonly text: string;
  readonly isTruncated: boolean;
}

/**
 * Stands for what follows in a body that was cut, so that `$` and `\z` do not match at the cut: a
 * character that no pattern means.
 */
const REST = "\u{10ffff}";

/** True when a pattern is found, whatever follows what was read. */
export function isFound(source: string, body: BodyText, patterns: PatternCache): boolean {
  const pattern = patterns.get(source);
  if (!pattern.test(body.text)) return false;
  return !body.isTruncated || pattern.test(body.text + REST);
}

/** Why a body is not what it must be. */
export function bodyFailures(
  expected: BodyExpectation,
  body: BodyText,
  patterns: PatternCache,
): Failed[] {
  const { contains, notContains, matches, notMatches } = expected;
  const has = (text: string) => body.text.includes(text);
  const matched = (source: string) => isFound(source, body, patterns);
  return [
    ...contains.filter((text) => !has(text)).map((text) => missing("contain", text, body)),
    ...notContains.flatMap((text) => unwanted("contain", text, { body, isThere: has(text) })),
    ...matches.filter((text) => !matched(text)).map((text) => missing("match", text, body)),
    ...notMatches.flatMap((text) => unwanted("match", text, { body, isThere: matched(text) })),
  ];
}

type Verb = "contain" | "match";

/** The failure of a search that found nothing. */
export function missing(verb: Verb, wanted: string, body: BodyText): Failed {
  const expectation = `The body must ${verb} "${wanted}"`;
  if (body.isTruncated) return { reason: "body_too_large", text: `${expectation}: ${cut(body)}` };
  const found = body.text === "" ? "it is empty" : "it does not";
  return { reason: "body", text: `${expectation}: ${found}` };
}

function unwanted(
  verb: Verb,
  text: string,
  { body, isThere }: { readonly body: BodyText; readonly isThere: boolean },
): Failed[] {
  const expectation = `The body must not ${verb} "${text}"`;
  if (isThere) return [{ reason: "body", text: `${expectation}: it does` }];
  if (!body.isTruncated) return [];
  return [{ reason: "body_too_large", text: `${expectation}: ${cut(body)}` }];
}

function cut({ text }: BodyText): string {
  return `the first ${text.length} characters do not, and it is longer than is read; ` +
    "raise max_body_bytes";
}
