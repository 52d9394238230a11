/** Expectations on values in a JSON body, each found by a JSONPath. */
import type { JsonExpectation } from "../../config/site.ts";
import type { BodyText } from "./expect_body.ts";
import { type Engines, type FailedExpectation, shown } from "./failed_expectation.ts";
import { JsonPathError } from "./json_path.ts";

/** The failures of a JSON body: at most one for each expectation. */
export function expectJson(
  expected: readonly JsonExpectation[],
  body: BodyText,
  engines: Engines,
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
  engines: Engines,
): string | undefined {
  const { path } = expected;
  const conditions = [...conditionsOf(expected, engines)];
  try {
    let isThere = false;
    for (const value of engines.jsonPathOf(path).valuesIn(document)) {
      isThere = true;
      const broken = conditions.find(({ holds }) => !holds(value));
      if (broken === undefined) continue;
      return `${path} is ${shown(value, engines.redact)}, expected it to ${broken.text}`;
    }
    if (isThere || expected.exists === false) return undefined;
    return `${path} is missing, expected it to ${conditions[0]?.text ?? "be present"}`;
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    return `${path} cannot be read: ${error.message}`;
  }
}

interface Condition {
  /** What follows "expected it to". */
  readonly text: string;
  readonly holds: (value: unknown) => boolean;
}

function* conditionsOf(expected: JsonExpectation, { patternOf }: Engines): Iterable<Condition> {
  const { equals, notEquals, matches, lessThan, greaterThan, exists } = expected;
  if (exists !== undefined) {
    yield { text: exists ? "be present" : "be absent", holds: () => exists };
  }
  if (equals !== undefined) {
    yield { text: `equal ${JSON.stringify(equals)}`, holds: (value) => value === equals };
  }
  if (notEquals !== undefined) {
    yield { text: `not equal ${JSON.stringify(notEquals)}`, holds: (value) => value !== notEquals };
  }
  if (matches !== undefined) {
    const holds = (value: unknown) => isScalar(value) && patternOf(matches).test(String(value));
    yield { text: `match "${matches}"`, holds };
  }
  if (lessThan !== undefined) {
    const holds = (value: unknown) => typeof value === "number" && value < lessThan;
    yield { text: `be less than ${lessThan}`, holds };
  }
  if (greaterThan !== undefined) {
    const holds = (value: unknown) => typeof value === "number" && value > greaterThan;
    yield { text: `be greater than ${greaterThan}`, holds };
  }
}

function isScalar(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}
