/** What a visit means for its site: pure. */
import type { StatusRange } from "../config/site.ts";
import type { Outcome, Reason } from "../report/outcome.ts";
import { FAILURE_LENGTH_MAX, FAILURES_MAX } from "../report/report.ts";
import type { Pattern } from "./pattern.ts";
import { printable } from "./printable.ts";

/** What is judged: a whole response. */
export interface Answer {
  readonly status: number;
  /** As text; beginning only, when it is truncated. */
  readonly body: string;
  readonly isTruncated: boolean;
}

/** The verdict on an answer. */
export interface Assessment {
  readonly outcome: Outcome;
  /** Of the first failure; `null` when up. */
  readonly reason: Reason | null;
  readonly failures: readonly string[];
  /** `null` when there is no pattern. */
  readonly patternMatch: boolean | null;
}

/** What a site expects, ready to be compared. */
export interface Expectations {
  readonly status?: readonly StatusRange[];
  readonly pattern?: { readonly source: string; readonly compiled: Pattern };
}

interface Failed {
  readonly reason: Reason;
  readonly text: string;
}

/** Compares an answer with every expectation. */
export function assess(answer: Answer, expectations: Expectations): Assessment {
  const { pattern } = expectations;
  const patternMatch = pattern === undefined ? null : pattern.compiled.test(answer.body);
  const failed = [statusFailure(answer.status, expectations.status)];
  if (pattern !== undefined && !patternMatch) failed.push(patternFailure(answer, pattern.source));
  const failures = failed.filter((failure) => failure !== undefined);
  return {
    outcome: failures.length === 0 ? "up" : "down",
    reason: failures[0]?.reason ?? null,
    failures: failures.slice(0, FAILURES_MAX).map(({ text }) =>
      printable(text, FAILURE_LENGTH_MAX)
    ),
    patternMatch,
  };
}

function statusFailure(status: number, ranges?: readonly StatusRange[]): Failed | undefined {
  if (isExpected(status, ranges)) return undefined;
  const expected = ranges === undefined ? "below 400" : ranges.map(rangeText).join(", ");
  return { reason: "status", text: `The status must be ${expected}: it is ${status}` };
}

function isExpected(status: number, ranges?: readonly StatusRange[]): boolean {
  if (ranges === undefined) return status < 400;
  const holding = ranges.filter(({ first, last }) => first <= status && status <= last);
  // Ranges that are all negated mean every other status.
  const isWanted = holding.length > 0 || ranges.every(({ negated }) => negated);
  return isWanted && !holding.some(({ negated }) => negated);
}

function rangeText({ first, last, negated }: StatusRange): string {
  return `${negated ? "not " : ""}${first === last ? first : `${first}-${last}`}`;
}

/** In a body that was cut, a pattern that was not found may be in the rest. */
function patternFailure({ isTruncated, body }: Answer, source: string): Failed {
  if (!isTruncated) {
    return { reason: "body", text: `The body must match "${source}": it does not` };
  }
  const read = `the first ${body.length} characters`;
  const text = `The body must match "${source}": ${read} do not, and it is longer than is read; ` +
    "raise max_body_bytes";
  return { reason: "body_too_large", text };
}
