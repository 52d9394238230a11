/** The metrics of a check: of all checks together, and of its own site. */
import { PHASES } from "../report/hop.ts";
import { OUTCOMES, REASONS } from "../report/outcome.ts";
import { isAnswered, type SiteReport } from "../report/report.ts";
import { countFromZero, type Telemetry } from "../runtime/telemetry/telemetry.ts";

const UP = "sitemon_site_up";
const RESPONSE_TIME = "sitemon_site_response_time_seconds";
const CERTIFICATE_EXPIRY = "sitemon_site_certificate_expiry_timestamp_seconds";

/** A check that is up has no reason, any other has one. */
const VERDICTS = OUTCOMES.flatMap((outcome) =>
  (outcome === "up" ? [""] : REASONS).map((reason) => ({ outcome, reason }))
);

export function beginCheckMetrics(telemetry: Telemetry): void {
  countFromZero(telemetry, "sitemon_checks_total", VERDICTS);
}

/** Counts and times a check; `durationMs` is all of it, redirects and attempts included. */
export function measureCheck(
  { outcome, reason, timings }: SiteReport,
  durationMs: number,
  telemetry: Telemetry,
): void {
  telemetry.count("sitemon_checks_total", { outcome, reason: reason ?? "" });
  telemetry.observe("sitemon_check_duration_seconds", durationMs / 1_000);
  for (const phase of PHASES) {
    const micros = timings?.[phase] ?? null;
    if (micros === null) continue;
    telemetry.observe("sitemon_check_phase_duration_seconds", micros / 1_000_000, { phase });
  }
}

/** Sets the gauges of the site. A check that was inconclusive says nothing about it. */
export function measureSite(report: SiteReport, telemetry: Telemetry): void {
  const { site, location, outcome, response_time } = report;
  if (outcome === "inconclusive") return;
  const labels = { site, location };
  telemetry.set(UP, outcome === "down" ? 0 : 1, labels);
  if (isAnswered(report)) telemetry.set(RESPONSE_TIME, response_time / 1_000, labels);
  const expiresAt = report.certificate_expires_at;
  if (expiresAt !== null) telemetry.set(CERTIFICATE_EXPIRY, expiresAt / 1_000_000, labels);
}

/** Ends the gauges of a site that is no longer checked here. */
export function forgetSite(
  labels: { readonly site: string; readonly location: string },
  telemetry: Telemetry,
): void {
  for (const name of [UP, RESPONSE_TIME, CERTIFICATE_EXPIRY] as const) {
    telemetry.set(name, NaN, labels);
  }
}
