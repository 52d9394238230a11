/** Expectations on the headers of an answer. */
import { Buffer } from "node:buffer";
import type { HeaderExpectation } from "../../config/site.ts";
import type { Headers } from "../http/response_parser.ts";
import { type Engines, type FailedExpectation, shown } from "./failed_expectation.ts";

/** The failures of headers: at most one for each expectation. */
export function expectHeaders(
  expected: readonly HeaderExpectation[],
  headers: Headers,
  { patternOf, redact }: Engines,
): FailedExpectation[] {
  return expected.flatMap((one) => {
    const sent = headers.get(one.name.toLowerCase());
    const value = sent === undefined ? undefined : headerText(sent);
    const condition = brokenCondition(one, value, patternOf);
    if (condition === undefined) return [];
    const found = value === undefined ? "is missing" : `is ${shown(value, redact)}`;
    return [{ reason: "header", text: `header ${one.name} ${found}, expected it to ${condition}` }];
  });
}

/**
 * A header's value as a person reads it: its bytes, which a parser gives as Latin-1, are UTF-8 for
 * most servers that send more than ASCII.
 */
export function headerText(value: string): string {
  if (!/[\x80-\xff]/.test(value)) return value;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(value, "latin1"));
  } catch {
    return value;
  }
}

/** What follows "expected it to": the first condition that does not hold. */
function brokenCondition(
  { equals, notEquals, contains, matches, exists }: HeaderExpectation,
  value: string | undefined,
  patternOf: Engines["patternOf"],
): string | undefined {
  if (exists === false) return value === undefined ? undefined : "be absent";
  if (exists && value === undefined) return "be present";
  if (equals !== undefined && value !== equals) return `equal "${equals}"`;
  if (notEquals !== undefined && (value === undefined || value === notEquals)) {
    return `not equal "${notEquals}"`;
  }
  if (contains !== undefined && !value?.includes(contains)) return `contain "${contains}"`;
  if (matches !== undefined && (value === undefined || !patternOf(matches).test(value))) {
    return `match "${matches}"`;
  }
  return undefined;
}
