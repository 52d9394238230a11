/** One check of a site: its attempts, and the report of what they found. */
import type { Site } from "../config/site.ts";
import type { SiteReport, TracedReport } from "../report/report.ts";
import { sleep } from "../runtime/clock.ts";
import { logger } from "../runtime/telemetry/logging.ts";
import { attempt, type Findings } from "./attempt.ts";
import { blankReport } from "./blank_report.ts";
import type { CheckContext } from "./check_context.ts";
import { Deadline } from "../runtime/deadline.ts";
import { UnheldError } from "./schedule/lease_expired_error.ts";

/**
 * Checks a site once. It rejects with {@linkcode UnheldError} alone, when a visit is not to be made:
 * a site that is down is a report, and so is a fault of sitemon itself (`inconclusive`, reason
 * `internal`). It ends within the site's timeout, all
 * attempts included, and some seconds later where it asks for connectivity; when the signal aborts
 * it ends at once, with a report that nobody should keep.
 */
export async function checkSite(
  site: Site,
  context: CheckContext,
  signal: AbortSignal,
): Promise<TracedReport> {
  const trace = context.traces?.begin(site, context.redact);
  if (trace === undefined) return await check(site, context, signal);
  return trace.end(await check(site, { ...context, trace }, signal));
}

async function check(
  site: Site,
  context: CheckContext,
  signal: AbortSignal,
): Promise<SiteReport> {
  const { clock } = context;
  const blank = blankReport(site, context);
  const startMs = clock.monotonicMs();
  try {
    using deadline = new Deadline(context.timers, site.timeoutMs, signal);
    return await attempts(site, blank, { context, signal: deadline.signal });
  } catch (cause) {
    if (cause instanceof UnheldError) throw cause;
    logger("scanner").error("Cannot check site {site}: {cause}", { site: site.name, cause });
    const error_text = "Cannot check this site: a fault in sitemon; its log says more";
    const response_time = Math.round(clock.monotonicMs() - startMs);
    return { ...blank, reason: "internal", error_text, response_time };
  }
}

/** Reports what the last attempt found; a next one is made only while the timeout leaves time for it. */
async function attempts(
  site: Site,
  blank: SiteReport,
  { context, signal }: { readonly context: CheckContext; readonly signal: AbortSignal },
): Promise<SiteReport> {
  const { clock } = context;
  const { attempts: attemptsMax = 1, delayMs = 0 } = site.retries ?? {};
  const endMs = clock.monotonicMs() + site.timeoutMs;
  for (let count = 1;; count++) {
    const findings = await attempt(site, context, signal);
    const isAgain = count < attemptsMax && isRetried(findings, site) &&
      clock.monotonicMs() + delayMs < endMs;
    if (isAgain) await sleep(clock, delayMs, signal);
    if (!isAgain || signal.aborted) return { ...blank, ...findings, attempts: count };
  }
}

function isRetried({ outcome, reason }: Findings, { retries }: Site): boolean {
  if (reason === null || retries === undefined || outcome === "inconclusive") return false;
  return retries.on.includes("any") || retries.on.includes(reason);
}
