/** Expectations on values in a JSON body, each found by a JSONPath. */
import type { JsonExpectation } from "../../config/site.ts";
import type { BodyText } from "./expect_body.ts";
import type { Redact } from "../../runtime/telemetry/redaction.ts";
import { type FailedExpectation, shown } from "./failed_expectation.ts";
import { type JsonPathCache, JsonPathError } from "./json_path.ts";
import type { PatternCache } from "./pattern.ts";

export interface JsonEngines {
  readonly patterns: PatternCache;
  readonly jsonPaths: JsonPathCache;
  readonly redact: Redact;
}

/** The failures of a JSON body: at most one for each expectation. */
export function expectJson(
  expected: readonly JsonExpectation[],
  body: BodyText,
  engines: JsonEngines,
): FailedExpectation[] {
  if (body.isTruncated) {
    const text = "body is longer than was read, expected JSON; raise max_body_bytes to read more";
    return [{ reason: "body_too_large", text }];
  }
  const parsed = parse(body.text);
  if (parsed === undefined) {
    const found = body.text === "" ? "body is empty, expected JSON" : "body is not JSON";
    return [{ reason: "json", text: found }];
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
      return `${path} is ${shown(value, engines.redact)}, expected it to ${condition}`;
    }
    if (isThere || expected.exists === false) return undefined;
    return `${path} is missing, expected it to ${firstCondition(expected)}`;
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    return `${path} cannot be read: ${error.message}`;
  }
}

interface Condition {
  /** What follows "expected it to". */
  readonly text: string;
  holds(value: unknown, patterns: PatternCache): boolean;
}

function conditionsOf(expected: JsonExpectation): Condition[] {
  const { equals, notEquals, matches, lessThan, greaterThan, exists } = expected;
  const conditions: (Condition | undefined)[] = [
    exists === undefined ? undefined : {
      text: exists ? "be present" : "be absent",
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
  return conditionsOf(expected)[0]?.text ?? "be present";
}

function isScalar(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}
