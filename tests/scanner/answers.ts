/** Answers and engines for the tests of expectations. */
import type { SiteExpect } from "../../src/config/site.ts";
import { assess, type Assessed, type Engines } from "../../src/scanner/expect/assess.ts";
import { JsonPathCache } from "../../src/scanner/expect/json_path.ts";
import { PatternCache } from "../../src/scanner/expect/pattern.ts";

/** `NOW` is the time of every check here: microseconds since 1970. */
export const NOW = Date.UTC(2026, 10, 23) * 1_000;

export const engines: Engines = {
  patterns: new PatternCache(),
  jsonPaths: new JsonPathCache(),
  redact: (text) => text,
  clock: { nowMicros: () => NOW },
};

/** An answer that every site is up with, but for the changes; its body as text. */
export function anAnswer(
  { body = "", ...changes }: Partial<Omit<Assessed, "body">> & { body?: string } = {},
): Assessed {
  return {
    status: 200,
    headers: new Map(),
    body: new TextEncoder().encode(body),
    isTruncated: false,
    responseTimeMs: 10,
    certificate: { expiresAt: null, issuer: null },
    isSecure: false,
    ...changes,
  };
}

/** What an answer means for a site that expects so. */
export function assessed(expect: SiteExpect, answer: Assessed) {
  return assess(answer, { expect }, engines);
}
