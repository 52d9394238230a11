/** Expectations on values in a JSON body, each found by a JSONPath. */
import type { JsonExpectation } from "../../config/site.ts";
import type { BodyText } from "./expect_body.ts";
import { type Failed, type Redact, shown } from "./failed.ts";
import { type JsonPathCache, JsonPathError } from "./json_path.ts";
import type { PatternCache } from "./pattern.ts";

export interface JsonEngines {
  readonly patterns: PatternCache;
  readonly jsonPaths: JsonPathCache;
  readonly redact: Redact;
}

/** Why a JSON body is not what it must be: at most one failure for each expectation. */
export function jsonFailures(
  expected: readonly JsonExpectation[],
  body: BodyText,
  engines: JsonEngines,
): Failed[] {
  if (body.isTruncated) {
    const text = "The body must be JSON: it is longer than is read; raise max_body_bytes";
    return [{ reason: "body_too_large", text }];
  }
  const parsed = parse(body.text);
  if (parsed === undefined) {
    const found = body.text === "" ? "it is empty" : "it is not";
    return [{ reason: "json", text: `The body must be JSON: ${found}` }];
  }
  return expected.flatMap((one) => {
    const text = failureOf(one, parsed.document, engines);
    return text === undefined ? [] : [{ reason: "json", text }];
  });
}

function parse(text: string): { readonly document: unknown } | undefined {
  try {
    return { document: JSON.parse(text) };
  } catch {
    // A SyntaxError, whose message holds parts of the body.
    return undefined;
  }
}

/** Every value at the path must meet every condition; but for `exists: false`, there must be one. */
function failureOf(
  expected: JsonExpectation,
  document: unknown,
  engines: JsonEngines,
): string | undefined {
  const { path } = expected;
  try {
    let isThere = false;
    for (const value of engines.jsonPaths.get(path).valuesIn(document)) {
      isThere = true;
      const condition = brokenCondition(expected, value, engines.patterns);
      if (condition === undefined) continue;
      return `The value at ${path} must ${condition}: it is ${shown(value, engines.redact)}`;
    }
    if (isThere || expected.exists === false) return undefined;
    return `The value at ${path} must ${firstCondition(expected)}: there is none`;
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    return `The value at ${path} must ${firstCondition(expected)}: ${error.message}`;
  }
}

interface Condition {
  /** What follows "must". */
  readonly text: string;
  holds(value: unknown, patterns: PatternCache): boolean;
}

function conditionsOf(expected: JsonExpectation): Condition[] {
  const { equals, notEquals, matches, lessThan, greaterThan, exists } = expected;
  const conditions: (Condition | undefined)[] = [
    exists === undefined ? undefined : {
      text: exists ? "be there" : "not be there",
      holds: () => exists,
    },
    equals === undefined ? undefined : {
      text: `equal ${JSON.stringify(equals)}`,
      holds: (value) => value === equals,
    },
    notEquals === undefined ? undefined : {
      text: `not equal ${JSON.stringify(notEquals)}`,
      holds: (value) => value !== notEquals,
    },
    matches === undefined ? undefined : {
      text: `match "${matches}"`,
      holds: (value, patterns) => isScalar(value) && patterns.get(matches).test(String(value)),
    },
    lessThan === undefined ? undefined : {
      text: `be less than ${lessThan}`,
      holds: (value) => typeof value === "number" && value < lessThan,
    },
    greaterThan === undefined ? undefined : {
      text: `be greater than ${greaterThan}`,
      holds: (value) => typeof value === "number" && value > greaterThan,
    },
  ];
  return conditions.filter((condition) => condition !== undefined);
}

function brokenCondition(expected: JsonExpectation, value: unknown, patterns: PatternCache) {
  return conditionsOf(expected).find((condition) => !condition.holds(value, patterns))?.text;
}

function firstCondition(expected: JsonExpectation): string {
  return conditionsOf(expected)[0]?.text ?? "be there";
}

function isScalar(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}
