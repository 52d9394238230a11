/** What an answer means for its site: expectations, inversion, and whether it was the network. */
import type { Site, SiteExpect, StatusRange } from "../../config/site.ts";
import { ERROR_TEXT_LENGTH_MAX, FAILURE_LENGTH_MAX, FAILURES_MAX } from "../../report/bounds.ts";
import type { Reason } from "../../report/outcome.ts";
import type { SiteReport } from "../../report/report.ts";
import { escapeControls } from "../../runtime/escape_controls.ts";
import type { Answer, Failure } from "../probe.ts";
import { bodyText } from "./body_text.ts";
import { expectBody, isFound, missing } from "./expect_body.ts";
import { expectHeaders } from "./expect_headers.ts";
import { expectJson } from "./expect_json.ts";
import { expectCertificate, expectSize, expectTime } from "./expect_limits.ts";
import type { Engines, FailedExpectation } from "./failed_expectation.ts";

/** The part of a report that judges. */
export type Verdict = Pick<
  SiteReport,
  "outcome" | "reason" | "error_text" | "failures" | "pattern_match"
>;

/** What of an answer is compared. */
export type Assessed = Pick<
  Answer,
  | "status"
  | "headers"
  | "body"
  | "isTruncated"
  | "unknownCoding"
  | "responseTimeMs"
  | "certificate"
  | "isSecure"
  | "unmet"
>;

/** Failures that are not the site's doing, so that an inverted one is not up by them. */
const NOT_THE_SITES: readonly Reason[] = ["blocked_by_policy", "proxy", "internal"];

const EXPECT_NOTHING: SiteExpect = {};
const UP: Verdict = {
  outcome: "up",
  reason: null,
  error_text: null,
  failures: [],
  pattern_match: null,
};

/** Judges an answer by itself. */
export function judge(site: Site, answer: Answer, engines: Engines): Verdict {
  if (answer.failure === undefined) return assess(answer, site, engines);
  return failedVerdict(answer.failure, engines);
}

/** Without a whole answer. */
export function failedVerdict({ reason, message }: Failure, { redact }: Engines): Verdict {
  return {
    outcome: reason === "internal" ? "inconclusive" : "down",
    reason,
    failures: [],
    error_text: escapeControls(redact(message), ERROR_TEXT_LENGTH_MAX),
    pattern_match: null,
  };
}

/** Compares a whole answer with every expectation. */
export function assess(
  answer: Assessed,
  { pattern, expect = EXPECT_NOTHING }: Pick<Site, "pattern" | "expect">,
  engines: Engines,
): Verdict {
  const failed: FailedExpectation[] = answer.unmet === undefined ? [] : [...answer.unmet];
  if (answer.status !== null) expectStatus(answer.status, expect.status, failed);
  if (expect.header) failed.push(...expectHeaders(expect.header, answer.headers, engines));
  const patternMatch = assessText(answer, { pattern, expect }, { engines, failed });
  const { size, responseTimeMs, certificateDays } = expect;
  if (size) failed.push(...expectSize(size, { ...answer, bytes: answer.body.length }));
  if (responseTimeMs) failed.push(...expectTime(responseTimeMs, answer.responseTimeMs));
  if (certificateDays && answer.isSecure) {
    const nowMicros = engines.clock.nowMicros();
    failed.push(...expectCertificate(certificateDays, answer.certificate, nowMicros));
  }
  if (failed.length > 0) return unmetVerdict(failed, patternMatch, engines);
  return patternMatch === null ? UP : { ...UP, pattern_match: patternMatch };
}

/** Decodes the body only when an expectation needs its text; returns whether the pattern is found. */
function assessText(
  answer: Assessed,
  { pattern, expect }: { readonly pattern: string | undefined; readonly expect: SiteExpect },
  { engines, failed }: { readonly engines: Engines; readonly failed: FailedExpectation[] },
): boolean | null {
  const { body: expected, json } = expect;
  if (pattern === undefined && expected === undefined && json === undefined) return null;
  const body = bodyText(answer);
  const patternMatch = pattern === undefined ? null : isFound(pattern, body, engines);
  if (pattern !== undefined && !patternMatch) failed.push(missing("match", pattern, body));
  if (expected) failed.push(...expectBody(expected, body, engines));
  if (json) failed.push(...expectJson(json, body, engines));
  return patternMatch;
}

/** What makes the site down comes first. */
function unmetVerdict(
  failed: readonly FailedExpectation[],
  pattern_match: boolean | null,
  { redact }: Engines,
): Verdict {
  const grave = failed.filter(({ isMild }) => !isMild);
  const inOrder = [...grave, ...failed.filter(({ isMild }) => isMild)];
  const failures = inOrder.slice(0, FAILURES_MAX)
    .map(({ text }) => escapeControls(redact(text), FAILURE_LENGTH_MAX));
  return {
    outcome: grave.length > 0 ? "down" : "degraded",
    reason: inOrder[0]!.reason,
    error_text: failures[0]!,
    failures,
    pattern_match,
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

/** A site that must not be as expected: down when it is, up when it fails by its own doing. */
export function inverted(verdict: Verdict): Verdict {
  const { outcome, reason, pattern_match } = verdict;
  if (reason !== null && NOT_THE_SITES.includes(reason)) return verdict;
  if (outcome === "down") return { ...UP, pattern_match };
  const text = "site answered as expected, but expect.invert is set";
  return { outcome: "down", reason: "inverted", error_text: text, failures: [text], pattern_match };
}
