/** Expectations on the headers of an answer. */
import type { HeaderExpectation } from "../../config/site.ts";
import type { Redact } from "../../runtime/telemetry/redaction.ts";
import type { Headers } from "../http/response_headers.ts";
import { type FailedExpectation, shown } from "./failed_expectation.ts";
import type { PatternCache } from "./pattern.ts";

export interface HeaderEngines {
  readonly patterns: PatternCache;
  readonly redact: Redact;
}

/** The failures of headers: at most one for each expectation. */
export function expectHeaders(
  expected: readonly HeaderExpectation[],
  headers: Headers,
  { patterns, redact }: HeaderEngines,
): FailedExpectation[] {
  return expected.flatMap((one) => {
    const value = headers.get(one.name.toLowerCase());
    const condition = brokenCondition(one, value, patterns);
    if (condition === undefined) return [];
    const found = value === undefined ? "is missing" : `is ${shown(value, redact)}`;
    return [{ reason: "header", text: `header ${one.name} ${found}, expected it to ${condition}` }];
  });
}

/** What follows "expected it to": the first condition that does not hold. */
function brokenCondition(
  { equals, notEquals, contains, matches, exists }: HeaderExpectation,
  value: string | undefined,
  patterns: PatternCache,
): string | undefined {
  if (exists === false) return value === undefined ? undefined : "be absent";
  if (exists && value === undefined) return "be present";
  if (equals !== undefined && value !== equals) return `equal "${equals}"`;
  if (notEquals !== undefined && (value === undefined || value === notEquals)) {
    return `not equal "${notEquals}"`;
  }
  if (contains !== undefined && !value?.includes(contains)) return `contain "${contains}"`;
  if (matches !== undefined && (value === undefined || !patterns.get(matches).test(value))) {
    return `match "${matches}"`;
  }
  return undefined;
}
