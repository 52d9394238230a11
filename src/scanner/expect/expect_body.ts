/**
 * A body as text, and the expectations on it. In a body that was cut, what was not found may be in
 * the rest.
 */
import type { BodyExpectation } from "../../config/site.ts";
import type { Engines, FailedExpectation } from "./failed_expectation.ts";

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

/** Decodes as a browser would: what is no letter becomes U+FFFD, an unknown charset is UTF-8. */
export function bodyText(bytes: Uint8Array, contentType: string | undefined): string {
  const charset = /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType ?? "")?.[1];
  return decoderOf(charset).decode(bytes);
}

function decoderOf(charset: string | undefined): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}

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
