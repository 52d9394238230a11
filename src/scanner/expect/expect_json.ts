/** Expectations on values in a JSON body, each found by a JSONPath. */
import type { JsonExpectation } from "../../config/site.ts";
import type { BodyText } from "./body_text.ts";
import { type Engines, type FailedExpectation, shown } from "./failed_expectation.ts";
import { JsonPathError } from "./json_path.ts";
import { areEqual, type ExactNumber, exactNumber, WrittenNumbers } from "./written_numbers.ts";

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
  if (body.problem !== undefined) {
    return [{ reason: "json", text: `${body.problem}, expected JSON` }];
  }
  const parsed = parse(body.text);
  if (parsed === undefined) {
    const found = body.text === "" ? "body is empty, expected JSON" : "body is not JSON";
    return [{ reason: "json", text: found }];
  }
  const document = { ...parsed, numbers: new WrittenNumbers(body.text) };
  return expected.flatMap((one) => {
    const text = failureOf(one, document, engines);
    return text === undefined ? [] : [{ reason: "json", text }];
  });
}

interface Document {
  readonly root: unknown;
  readonly numbers: WrittenNumbers;
}

function parse(text: string): Pick<Document, "root"> | undefined {
  try {
    return { root: JSON.parse(text) };
  } catch {
    // A SyntaxError, whose message holds parts of the body.
    return undefined;
  }
}

/** Every value at the path must meet every condition; but for `exists: false`, there must be one. */
function failureOf(
  expected: JsonExpectation,
  { root, numbers }: Document,
  engines: Engines,
): string | undefined {
  const { path } = expected;
  const conditions = [...conditionsOf(expected, engines)];
  try {
    let isThere = false;
    for (const { value, location } of engines.jsonPathOf(path).nodesIn(root)) {
      isThere = true;
      const found: Found = { value, written: () => numbers.at(location) };
      const broken = conditions.find(({ holds }) => !holds(found));
      if (broken === undefined) continue;
      const text = typeof value === "number" ? found.written() : shown(value, engines.redact);
      return `${path} is ${text}, expected it to ${broken.text}`;
    }
    if (isThere || expected.exists === false) return undefined;
    return `${path} is missing, expected it to ${conditions[0]?.text ?? "be present"}`;
  } catch (error) {
    if (error instanceof JsonPathError) return `${path} cannot be read: ${error.message}`;
    // Of a document that is longer than the stack has room for.
    if (error instanceof RangeError) return `${path} cannot be read: the document is too complex`;
    throw error;
  }
}

/** A value at a path; how a number was written takes a while to find, and is seldom needed. */
interface Found {
  readonly value: unknown;
  readonly written: () => string;
}

interface Condition {
  /** What follows "expected it to". */
  readonly text: string;
  readonly holds: (found: Found) => boolean;
}

function* conditionsOf(expected: JsonExpectation, { patternOf }: Engines): Iterable<Condition> {
  const { equals, notEquals, matches, lessThan, greaterThan, exists } = expected;
  if (exists !== undefined) {
    yield { text: exists ? "be present" : "be absent", holds: () => exists };
  }
  if (equals !== undefined) {
    yield { text: `equal ${asJson(equals)}`, holds: (found) => isEqual(found, equals) };
  }
  if (notEquals !== undefined) {
    yield { text: `not equal ${asJson(notEquals)}`, holds: (found) => !isEqual(found, notEquals) };
  }
  if (matches !== undefined) {
    const pattern = patternOf(matches);
    const holds = ({ value, written }: Found) =>
      isScalar(value) && pattern.test(typeof value === "number" ? written() : String(value));
    yield { text: `match "${matches}"`, holds };
  }
  if (lessThan !== undefined) {
    const holds = (found: Found) => isNumber(found) && numberOf(found, lessThan) < lessThan;
    yield { text: `be less than ${lessThan}`, holds };
  }
  if (greaterThan !== undefined) {
    const holds = (found: Found) => isNumber(found) && numberOf(found, greaterThan) > greaterThan;
    yield { text: `be greater than ${greaterThan}`, holds };
  }
}

function isEqual(found: Found, expected: NonNullable<JsonExpectation["equals"]> | null): boolean {
  if (typeof expected !== "number" && typeof expected !== "bigint") return found.value === expected;
  return isNumber(found) && areEqual(numberOf(found, expected), expected);
}

function isNumber({ value }: Found): boolean {
  return typeof value === "number";
}

/** As exact as the number that it is compared with. */
function numberOf({ value, written }: Found, expected: ExactNumber): ExactNumber {
  return typeof expected === "bigint" ? exactNumber(written()) : value as number;
}

function asJson(value: NonNullable<JsonExpectation["equals"]> | null): string {
  return typeof value === "bigint" ? String(value) : JSON.stringify(value);
}

function isScalar(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}
