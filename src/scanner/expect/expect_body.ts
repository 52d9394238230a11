/** Expectations on a body's text. In a body that was cut, what was not found may be in the rest. */
import type { BodyExpectation } from "../../config/site.ts";
import type { FailedExpectation } from "./failed_expectation.ts";
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

const RAISE = "raise max_body_bytes to read more";

/** True when a pattern is found, whatever follows what was read. */
export function isFound(source: string, body: BodyText, patterns: PatternCache): boolean {
  const pattern = patterns.get(source);
  if (!pattern.test(body.text)) return false;
  return !body.isTruncated || pattern.test(body.text + REST);
}

/** The failures of a body's text. */
export function expectBody(
  { contains, notContains, matches, notMatches }: BodyExpectation,
  body: BodyText,
  patterns: PatternCache,
): FailedExpectation[] {
  const has = (text: string) => body.text.includes(text);
  const matched = (source: string) => isFound(source, body, patterns);
  return [
    ...contains.filter((text) => !has(text)).map((text) => missing("contain", text, body)),
    ...notContains.flatMap((text) => unwanted("contains", text, { body, isThere: has(text) })),
    ...matches.filter((text) => !matched(text)).map((text) => missing("match", text, body)),
    ...notMatches.flatMap((text) => unwanted("matches", text, { body, isThere: matched(text) })),
  ];
}

/** The failure of a search that found nothing. */
export function missing(
  verb: "contain" | "match",
  wanted: string,
  { text, isTruncated }: BodyText,
): FailedExpectation {
  if (isTruncated) {
    const found = `first ${text.length} characters of the body do not ${verb} "${wanted}"`;
    return { reason: "body_too_large", text: `${found}; ${RAISE}` };
  }
  if (text !== "") return { reason: "body", text: `body does not ${verb} "${wanted}"` };
  return { reason: "body", text: `body is empty, expected it to ${verb} "${wanted}"` };
}

function unwanted(
  verb: "contains" | "matches",
  unwanted: string,
  { body, isThere }: { readonly body: BodyText; readonly isThere: boolean },
): FailedExpectation[] {
  if (isThere) return [{ reason: "body", text: `body ${verb} "${unwanted}"` }];
  if (!body.isTruncated) return [];
  const unknown = `body is longer than was read, so it may hold "${unwanted}"`;
  return [{ reason: "body_too_large", text: `${unknown}; ${RAISE}` }];
}
