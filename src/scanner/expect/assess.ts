/** What an answer means for its site: every expectation compared, without a look at anything else. */
import type { SiteExpect, StatusRange } from "../../config/site.ts";
import type { Outcome, Reason } from "../../report/outcome.ts";
import { FAILURE_LENGTH_MAX, FAILURES_MAX } from "../../report/bounds.ts";
import type { Clock } from "../../runtime/clock.ts";
import { escapeControls } from "../../runtime/escape_controls.ts";
import type { Answer } from "../probe.ts";
import { bodyText } from "./body_text.ts";
import { expectBody, isFound, missing } from "./expect_body.ts";
import { expectHeaders } from "./expect_headers.ts";
import { expectJson, type JsonEngines } from "./expect_json.ts";
import { expectCertificate, expectSize, expectTime } from "./expect_limits.ts";
import type { FailedExpectation } from "./failed_expectation.ts";

/** What of an answer is compared. */
export type Assessed = Pick<
  Answer,
  "status" | "headers" | "body" | "isTruncated" | "responseTimeMs" | "certificate" | "isSecure"
>;

/** What a site expects. */
export interface Expectations {
  readonly pattern?: string;
  readonly expect?: SiteExpect;
}

/** What expectations are compared with. */
export interface Engines extends JsonEngines {
  readonly clock: Pick<Clock, "nowMicros">;
}

/** The verdict on an answer. */
export interface Assessment {
  readonly outcome: Extract<Outcome, "up" | "degraded" | "down">;
  /** Of the first failure; `null` when up. */
  readonly reason: Reason | null;
  /** Every failed expectation, those that make the site down first. */
  readonly failures: readonly string[];
  /** `null` when there is no pattern. */
  readonly patternMatch: boolean | null;
}

const EXPECT_NOTHING: SiteExpect = {};
const UP: Assessment = { outcome: "up", reason: null, failures: [], patternMatch: null };

/** Compares an answer with every expectation. */
export function assess(
  answer: Assessed,
  { pattern, expect = EXPECT_NOTHING }: Expectations,
  engines: Engines,
): Assessment {
  const failed: FailedExpectation[] = [];
  if (answer.status !== null) expectStatus(answer.status, expect.status, failed);
  if (expect.header) failed.push(...expectHeaders(expect.header, answer.headers, engines));
  const patternMatch = assessText(answer, { pattern, expect }, { engines, failed });
  const { size, responseTimeMs, certificateDays } = expect;
  if (size) failed.push(...expectSize(size, { ...answer, bytes: answer.body.length }));
  if (responseTimeMs) failed.push(...expectTime(responseTimeMs, answer.responseTimeMs));
  if (certificateDays && answer.isSecure) {
    const { certificate: { expiresAt } } = answer;
    const nowMicros = engines.clock.nowMicros();
    failed.push(...expectCertificate(certificateDays, { expiresAt, nowMicros }));
  }
  if (failed.length === 0) return patternMatch === null ? UP : { ...UP, patternMatch };
  return { ...failedVerdict(failed, engines), patternMatch };
}

/** Decodes the body only when an expectation needs its text; returns whether the pattern is found. */
function assessText(
  { body: bytes, headers, isTruncated }: Assessed,
  { pattern, expect }: { readonly pattern: string | undefined; readonly expect: SiteExpect },
  { engines, failed }: { readonly engines: Engines; readonly failed: FailedExpectation[] },
): boolean | null {
  const { body: expected, json } = expect;
  if (pattern === undefined && expected === undefined && json === undefined) return null;
  const body = { text: bodyText(bytes, headers.get("content-type")), isTruncated };
  const patternMatch = pattern === undefined ? null : isFound(pattern, body, engines.patterns);
  if (pattern !== undefined && !patternMatch) failed.push(missing("match", pattern, body));
  if (expected) failed.push(...expectBody(expected, body, engines.patterns));
  if (json) failed.push(...expectJson(json, body, engines));
  return patternMatch;
}

function failedVerdict(
  failed: readonly FailedExpectation[],
  { redact }: Engines,
): Omit<Assessment, "patternMatch"> {
  const grave = failed.filter(({ isMild }) => !isMild);
  const inOrder = [...grave, ...failed.filter(({ isMild }) => isMild)];
  return {
    outcome: grave.length > 0 ? "down" : "degraded",
    reason: inOrder[0]!.reason,
    failures: inOrder.slice(0, FAILURES_MAX)
      .map(({ text }) => escapeControls(redact(text), FAILURE_LENGTH_MAX)),
  };
}

function expectStatus(
  status: number,
  ranges: readonly StatusRange[] | undefined,
  failed: FailedExpectation[],
): void {
  if (isExpected(status, ranges)) return;
  const expected = ranges === undefined ? "" : `, expected ${ranges.map(rangeText).join(", ")}`;
  failed.push({ reason: "status", text: `unexpected status ${status}${expected}` });
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
