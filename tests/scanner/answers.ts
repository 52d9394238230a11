/** Answers and engines for the tests of expectations. */
import type { SiteExpect } from "../../src/config/site.ts";
import { type Answer, assess, type Engines } from "../../src/scanner/expect/assess.ts";
import { JsonPathCache } from "../../src/scanner/expect/json_path.ts";
import { PatternCache } from "../../src/scanner/expect/pattern.ts";

export const engines: Engines = {
  patterns: new PatternCache(),
  jsonPaths: new JsonPathCache(),
  redact: (text) => text,
};

/** An answer that every site is up with, but for the changes. */
export function anAnswer({ body = "", ...changes }: Partial<Answer> & { body?: string } = {}) {
  const answer: Answer = {
    status: 200,
    headers: new Map(),
    text: () => body,
    bodyBytes: new TextEncoder().encode(body).length,
    isTruncated: false,
    responseTimeMs: 10,
    certificate: undefined,
    ...changes,
  };
  return answer;
}

/** What an answer means for a site that expects so. */
export function assessed(expect: SiteExpect, answer: Answer) {
  return assess(answer, { expect }, engines);
}
