/** Expectations on the headers of an answer. */
import type { HeaderExpectation } from "../../config/site.ts";
import { type Failed, type Redact, shown } from "./failed.ts";
import type { PatternCache } from "./pattern.ts";

export interface HeaderEngines {
  readonly patterns: PatternCache;
  readonly redact: Redact;
}

/** Why headers are not what they must be: at most one failure for each expectation. */
export function headerFailures(
  expected: readonly HeaderExpectation[],
  headers: ReadonlyMap<string, string>,
  { patterns, redact }: HeaderEngines,
): Failed[] {
  return expected.flatMap((one) => {
    const value = headers.get(one.name.toLowerCase());
    const condition = brokenCondition(one, value, patterns);
    if (condition === undefined) return [];
    const found = value === undefined ? "it is missing" : `it is ${shown(value, redact)}`;
    return [{ reason: "header", text: `The header ${one.name} must ${condition}: ${found}` }];
  });
}

/** What follows "must" in the first condition that does not hold; a header that is missing has no value. */
function brokenCondition(
  { equals, notEquals, contains, matches, exists }: HeaderExpectation,
  value: string | undefined,
  patterns: PatternCache,
): string | undefined {
  if (exists === false) return value === undefined ? undefined : "not be there";
  if (exists && value === undefined) return "be there";
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
