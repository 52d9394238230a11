/** One check of a site: its attempts, the verdict on what the last one found, and the report. */
import type { Site } from "../config/site.ts";
import {
  LONG_MAX,
  LONG_MIN,
  RESPONSE_TIME_MAX,
  SNIPPET_LENGTH_MAX,
  URL_LENGTH_MAX,
} from "../report/bounds.ts";
import { INTERNAL_ERROR } from "../report/outcome.ts";
import type { SiteReport, TracedReport } from "../report/report.ts";
import { sleep } from "../runtime/clock.ts";
import { escapeControls } from "../runtime/escape_controls.ts";
import { blankReport } from "./blank_report.ts";
import type { CheckContext } from "./check_context.ts";
import { CheckRun } from "./check_run.ts";
import { snippetOf } from "./expect/snippet.ts";
import { inverted, judge, type Verdict } from "./expect/verdict.ts";
import { type Answer, LeaseExpiredError } from "./probe.ts";
import { probeOf } from "./probes.ts";

/**
 * Checks a site once. It rejects with {@linkcode LeaseExpiredError} alone, when a visit must not be
 * made: a site that is down is a report, and so is a fault of sitemon itself (`inconclusive`, reason
 * `internal`). It ends within the site's timeout, all attempts included, and some seconds later
 * where it asks for connectivity; when the signal aborts it ends at once, with a report that nobody
 * should keep.
 */
export async function checkSite(
  site: Site,
  context: CheckContext,
  signal: AbortSignal,
): Promise<TracedReport> {
  const { clock, timers, redact, ownFaults, connectivity } = context;
  const trace = context.traces?.begin(site, redact);
  const checked_at = clock.nowMicros();
  const report: Mutable<SiteReport> = { ...blankReport(site, context), checked_at };
  const startMs = clock.monotonicMs();
  const run = new CheckRun(timers, { timeoutMs: site.timeoutMs, signal, trace });
  try {
    const probe = probeOf(site.url);
    for (let attempts = 1;; attempts++) {
      const answer = await probe.ask(site, context, run);
      run.throwIfStoodStill();
      let verdict = judge(site, answer, context);
      const isOffline = verdict.outcome === "down" && connectivity !== undefined &&
        !await connectivity.isOnline();
      if (isOffline) verdict = { ...verdict, outcome: "inconclusive" };
      else if (site.expect?.invert) verdict = inverted(verdict);
      fill(report, answer, verdict, redact);
      report.attempts = attempts;
      if (verdict.reason === "internal") ownFaults.add(site.name, answer.failure);
      else ownFaults.addNone();
      if (run.isOver || !isRetried(verdict, attempts, site)) break;
      const delayMs = site.retries?.delayMs ?? 0;
      if (clock.monotonicMs() + delayMs >= startMs + site.timeoutMs) break;
      await sleep(clock, delayMs, run.signal);
      if (run.isOver) break;
    }
  } catch (cause) {
    if (cause instanceof LeaseExpiredError) throw cause;
    ownFaults.add(site.name, cause);
    const tookMs = Math.round(clock.monotonicMs() - startMs);
    const response_time = Math.min(tookMs, RESPONSE_TIME_MAX);
    const failed = {
      checked_at,
      response_time,
      reason: "internal",
      error_text: INTERNAL_ERROR,
    } as const;
    Object.assign(report, blankReport(site, context), failed);
  } finally {
    run[Symbol.dispose]();
  }
  return trace === undefined ? report : trace.end(report);
}

/** True when the site's retries have another attempt for such a verdict. */
function isRetried({ outcome, reason }: Verdict, attempts: number, { retries }: Site): boolean {
  if (retries === undefined || attempts >= retries.attempts) return false;
  if (reason === null || outcome === "inconclusive") return false;
  return retries.on.includes("any") || retries.on.includes(reason);
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Fills in what an attempt found, in place of what the one before it did. */
function fill(
  report: Mutable<SiteReport>,
  answer: Answer,
  verdict: Verdict,
  redact: CheckContext["redact"],
): void {
  const { isAnswered, certificate: { expiresAt, issuer, seenAt }, finalUrl } = answer;
  report.response_time = answer.responseTimeMs;
  report.response_code = answer.status;
  report.timings = answer.timings;
  report.hops = answer.hops;
  report.remote_address = answer.remoteAddress;
  report.http_version = answer.httpVersion;
  report.final_url = finalUrl === undefined
    ? null
    : escapeControls(redact(finalUrl.href), URL_LENGTH_MAX);
  report.body_bytes = isAnswered ? answer.body.length : null;
  report.truncated = answer.isTruncated;
  report.certificate_expires_at = expiresAt === null
    ? null
    : Math.min(Math.max(expiresAt, LONG_MIN), LONG_MAX);
  report.certificate_seen_at = seenAt;
  report.certificate_issuer = issuer === null ? null : escapeControls(issuer, SNIPPET_LENGTH_MAX);
  report.outcome = verdict.outcome;
  report.reason = verdict.reason;
  report.error_text = verdict.error_text;
  report.failures = verdict.failures;
  report.pattern_match = verdict.pattern_match;
  const hasSnippet = isAnswered && verdict.outcome !== "up";
  report.snippet = hasSnippet ? snippetOf(answer, redact) : null;
}
