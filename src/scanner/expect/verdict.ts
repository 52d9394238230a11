/** What an answer means for its site: expectations, inversion, and whether it was the network. */
import type { Site } from "../../config/site.ts";
import type { Reason } from "../../report/outcome.ts";
import { ERROR_TEXT_LENGTH_MAX } from "../../report/bounds.ts";
import type { SiteReport } from "../../report/report.ts";
import { escapeControls } from "../../runtime/escape_controls.ts";
import type { Answer, Failure } from "../probe.ts";
import { assess, type Engines } from "./assess.ts";
import { utcDate } from "./expect_limits.ts";

/** The part of a report that judges. */
export type Verdict = Pick<
  SiteReport,
  "outcome" | "reason" | "error_text" | "failures" | "pattern_match"
>;

/** Failures that are not the site's doing, so that an inverted one is not up by them. */
const NOT_THE_SITES: readonly Reason[] = ["blocked_by_policy", "proxy", "internal"];

/** Judges an answer by itself. */
export function judge(site: Site, answer: Answer, engines: Engines): Verdict {
  if (answer.failure !== undefined) return failedVerdict(answer.failure, answer, engines);
  const { outcome, reason, failures, patternMatch } = assess(answer, site, engines);
  const error_text = failures[0] ?? null;
  return { outcome, reason, failures, error_text, pattern_match: patternMatch };
}

function failedVerdict(
  { reason, message }: Failure,
  { certificate: { expiresAt } }: Answer,
  { clock, redact }: Engines,
): Verdict {
  const hasExpired = reason === "tls_expired" && expiresAt !== null &&
    expiresAt < clock.nowMicros();
  const text = hasExpired ? `${message} on ${utcDate(expiresAt)}` : message;
  return {
    outcome: reason === "internal" ? "inconclusive" : "down",
    reason,
    failures: [],
    error_text: escapeControls(redact(text), ERROR_TEXT_LENGTH_MAX),
    pattern_match: null,
  };
}

/** A site that must not be as expected: down when it is, up when it fails by its own doing. */
export function inverted(verdict: Verdict): Verdict {
  const { outcome, reason, pattern_match } = verdict;
  if (reason !== null && NOT_THE_SITES.includes(reason)) return verdict;
  if (outcome === "down") {
    return { outcome: "up", reason: null, error_text: null, failures: [], pattern_match };
  }
  const text = "site answered as expected, but expect.invert is set";
  return { outcome: "down", reason: "inverted", error_text: text, failures: [text], pattern_match };
}
