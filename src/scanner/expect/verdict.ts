/** What an attempt means for its site: expectations, inversion, and whether it was the network. */
import type { Site } from "../../config/site.ts";
import type { Reason } from "../../report/outcome.ts";
import { ERROR_TEXT_LENGTH_MAX } from "../../report/bounds.ts";
import type { SiteReport } from "../../report/report.ts";
import { type Answer, assess } from "./assess.ts";
import { bodyText } from "./body_text.ts";
import type { Certificate } from "../http/certificate_cache.ts";
import type { CheckContext } from "../check_context.ts";
import { utcDate } from "./expect_limits.ts";
import type { Journey } from "../http/follow_redirects.ts";
import { printable } from "../printable.ts";
import type { ResponseHead } from "../http/response_parser.ts";
import { snippetOf } from "./snippet.ts";
import type { Visit } from "../http/visit.ts";
import type { VisitError } from "../http/visit_error.ts";

/** The verdict's part of a report. */
export type Verdict = Pick<
  SiteReport,
  "outcome" | "reason" | "error_text" | "failures" | "pattern_match" | "snippet"
>;

/** What an attempt found. */
export interface Found {
  readonly journey: Journey;
  readonly certificate: Certificate;
  /** Milliseconds. */
  readonly response_time: number;
}

/** Failures that are nobody's doing at the site, so that an inverted one is not up by them. */
const NOT_THE_SITES: readonly Reason[] = ["blocked_by_policy", "proxy", "internal"];

type Judgement = Omit<Verdict, "snippet">;

/** Judges; where the site would be down, it first asks whether the network is there. */
export async function verdictOn(
  site: Site,
  found: Found,
  context: CheckContext,
): Promise<Verdict> {
  const judged = judge(site, found, context);
  const isOffline = judged.outcome === "down" &&
    await context.connectivity?.isOnline() === false;
  const judgement = finalJudgement(judged, site, isOffline);
  const { head, body } = found.journey.last;
  const isKept = judgement.outcome !== "up" && head !== undefined;
  return { ...judgement, snippet: isKept ? snippetOf(head, body, context.redact) : null };
}

function finalJudgement(judged: Judgement, site: Site, isOffline: boolean): Judgement {
  if (isOffline) return { ...judged, outcome: "inconclusive" };
  return site.expect?.invert ? inverted(judged) : judged;
}

function judge(site: Site, found: Found, context: CheckContext): Judgement {
  const { last, failure } = found.journey;
  if (failure !== undefined) return failedJudgement(failure, found, context);
  if (last.head === undefined) throw new Error("a visit without failure must have an answer");
  const answer = answerOf(last, last.head, { found, context });
  const { outcome, reason, failures, patternMatch } = assess(answer, site, context);
  const error_text = failures[0] ?? null;
  return { outcome, reason, failures, error_text, pattern_match: patternMatch };
}

function failedJudgement(
  { reason, message }: VisitError,
  { certificate: { expiresAt } }: Found,
  { clock, redact }: CheckContext,
): Judgement {
  const hasExpired = reason === "tls_expired" && expiresAt !== null &&
    expiresAt < clock.nowMicros();
  const text = hasExpired ? `${message} on ${utcDate(expiresAt)}` : message;
  return {
    outcome: reason === "internal" ? "inconclusive" : "down",
    reason,
    failures: [],
    error_text: printable(redact(text), ERROR_TEXT_LENGTH_MAX),
    pattern_match: null,
  };
}

function answerOf(
  { body, isTruncated }: Visit,
  { status, headers }: ResponseHead,
  { found: { certificate, journey, response_time }, context }: {
    readonly found: Found;
    readonly context: CheckContext;
  },
): Answer {
  const isSecured = journey.plan.url.protocol === "https:";
  const end = { expiresAt: certificate.expiresAt, nowMicros: context.clock.nowMicros() };
  return {
    status,
    headers,
    text: () => bodyText(body, headers.get("content-type")),
    bodyBytes: body.length,
    isTruncated,
    responseTimeMs: response_time,
    certificate: isSecured ? end : undefined,
  };
}

/** A site that must not be as expected: down when it is, up when it fails by its own doing. */
function inverted(judgement: Judgement): Judgement {
  const { outcome, reason, pattern_match } = judgement;
  if (reason !== null && NOT_THE_SITES.includes(reason)) return judgement;
  if (outcome === "down") {
    return { outcome: "up", reason: null, error_text: null, failures: [], pattern_match };
  }
  const text = "The site must not be as expected, by expect.invert: it is";
  return { outcome: "down", reason: "inverted", error_text: text, failures: [text], pattern_match };
}
