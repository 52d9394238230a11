/** What an answer means for its site: every expectation compared, without a look at anything else. */
import type { SiteExpect, StatusRange } from "../../config/site.ts";
import type { Outcome, Reason } from "../../report/outcome.ts";
import { FAILURE_LENGTH_MAX, FAILURES_MAX } from "../../report/bounds.ts";
import { bodyFailures, isFound, missing } from "./expect_body.ts";
import type { Failed } from "./failed.ts";
import {
  type CertificateEnd,
  certificateFailures,
  sizeFailures,
  timeFailures,
} from "./expect_limits.ts";
import { headerFailures } from "./expect_headers.ts";
import { type JsonEngines, jsonFailures } from "./expect_json.ts";
import { printable } from "../printable.ts";

/** What is judged: a whole answer, and the check that got it. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** The body as text; its beginning only, when it is truncated. Asked for only when it matters. */
  readonly text: () => string;
  readonly bodyBytes: number;
  readonly isTruncated: boolean;
  readonly responseTimeMs: number;
  /** `undefined` of an answer without TLS, of which no certificate can be expected. */
  readonly certificate: CertificateEnd | undefined;
}

/** What a site expects. */
export interface Expectations {
  readonly pattern?: string;
  readonly expect?: SiteExpect;
}

/** What expectations are compared with. */
export type Engines = JsonEngines;

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

/** Compares an answer with every expectation. */
export function assess(
  answer: Answer,
  { pattern, expect = {} }: Expectations,
  engines: Engines,
): Assessment {
  const body = needsText(pattern, expect)
    ? { text: answer.text(), isTruncated: answer.isTruncated }
    : { text: "", isTruncated: answer.isTruncated };
  const patternMatch = pattern === undefined ? null : isFound(pattern, body, engines.patterns);
  const { header, body: expectedBody, json, size, responseTimeMs, certificateDays } = expect;
  const { certificate } = answer;
  const failed = [
    ...statusFailures(answer.status, expect.status),
    ...(header ? headerFailures(header, answer.headers, engines) : []),
    ...(pattern !== undefined && !patternMatch ? [missing("match", pattern, body)] : []),
    ...(expectedBody ? bodyFailures(expectedBody, body, engines.patterns) : []),
    ...(json ? jsonFailures(json, body, engines) : []),
    ...(size ? sizeFailures(size, { ...answer, bytes: answer.bodyBytes }) : []),
    ...(responseTimeMs ? timeFailures(responseTimeMs, answer.responseTimeMs) : []),
    ...(certificateDays && certificate ? certificateFailures(certificateDays, certificate) : []),
  ];
  return { ...verdictOf(failed, engines), patternMatch };
}

function needsText(pattern: string | undefined, { body, json }: SiteExpect): boolean {
  return pattern !== undefined || body !== undefined || json !== undefined;
}

function verdictOf(
  failed: readonly Failed[],
  { redact }: Engines,
): Omit<Assessment, "patternMatch"> {
  const grave = failed.filter(({ isMild }) => !isMild);
  const inOrder = [...grave, ...failed.filter(({ isMild }) => isMild)];
  return {
    outcome: grave.length > 0 ? "down" : inOrder.length > 0 ? "degraded" : "up",
    reason: inOrder[0]?.reason ?? null,
    failures: inOrder.slice(0, FAILURES_MAX)
      .map(({ text }) => printable(redact(text), FAILURE_LENGTH_MAX)),
  };
}

function statusFailures(status: number, ranges?: readonly StatusRange[]): Failed[] {
  if (isExpected(status, ranges)) return [];
  const expected = ranges === undefined ? "below 400" : ranges.map(rangeText).join(", ");
  return [{ reason: "status", text: `The status must be ${expected}: it is ${status}` }];
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
