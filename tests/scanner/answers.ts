/** Answers and engines for the tests of expectations. */
import type { SiteExpect } from "../../src/config/site.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import type { Engines } from "../../src/scanner/expect/failed_expectation.ts";
import { compileJsonPath } from "../../src/scanner/expect/json_path.ts";
import { compilePattern } from "../../src/scanner/expect/pattern.ts";
import { assess, type Assessed } from "../../src/scanner/expect/verdict.ts";

/** `NOW` is the time of every check here: microseconds since 1970. */
export const NOW = Date.UTC(2026, 10, 23) * 1_000;

export const engines: Engines = {
  patternOf: compilePattern,
  jsonPathOf: compileJsonPath,
  redact: (text) => text,
  clock: { ...systemClock, nowMicros: () => NOW },
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
    certificate: { expiresAt: null, issuer: null, seenAt: null },
    isSecure: false,
    ...changes,
  };
}

/** What an answer means for a site that expects so. */
export function assessed(expect: SiteExpect, answer: Assessed) {
  return assess(answer, { expect }, engines);
}
