/**
 * Expectations on a body's text. In one that was cut or could not be decoded, what was not found may
 * be in the rest.
 */
import type { BodyExpectation } from "../../config/site.ts";
import type { BodyText } from "./body_text.ts";
import type { Engines, FailedExpectation } from "./failed_expectation.ts";

/**
 * Stands for what follows in a body that was cut, so that `$` and `\z` do not match at the cut: a
 * character that no pattern means.
 */
const REST = "\u{10ffff}";

const RAISE = "raise max_body_bytes to read more";

/** True when a pattern is found, whatever follows what was read. */
export function isFound(source: string, body: BodyText, { patternOf }: Engines): boolean {
  const pattern = patternOf(source);
  if (!pattern.test(body.text)) return false;
  return !body.isTruncated || pattern.test(body.text + REST);
}

/** The failures of a body's text. */
export function expectBody(
  { contains, notContains, matches, notMatches }: BodyExpectation,
  body: BodyText,
  engines: Engines,
): FailedExpectation[] {
  const has = (text: string) => body.text.includes(text);
  const matched = (source: string) => isFound(source, body, engines);
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
  { text, isTruncated, problem }: BodyText,
): FailedExpectation {
  if (isTruncated) {
    const found = `first ${text.length} characters of the body do not ${verb} "${wanted}"`;
    return { reason: "body_too_large", text: `${found}; ${RAISE}` };
  }
  if (problem !== undefined) {
    const found = `what could be decoded does not ${verb} "${wanted}"`;
    return { reason: "body", text: `${problem}, and ${found}` };
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
  if (body.isTruncated) {
    const unknown = `body is longer than was read, so it may hold "${unwanted}"`;
    return [{ reason: "body_too_large", text: `${unknown}; ${RAISE}` }];
  }
  if (body.problem === undefined) return [];
  return [{ reason: "body", text: `${body.problem}, so it may hold "${unwanted}"` }];
}
