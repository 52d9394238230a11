/** From what the store says to what the API answers. */
import type {
  DayCoverage,
  DetailedStatus,
  HistoryReport,
  LatencyPoint,
  SiteHistory,
  SiteUptime,
  Transition,
} from "../../status/queries.ts";
import { UPTIME_WINDOWS_DAYS } from "../../status/queries.ts";
import { unknownMsOf, uptimeOf } from "../../status/uptime.ts";
import type { ReportsAnswer, SiteAnswer, StatusAnswer, StatusesAnswer } from "./api_schemas.ts";
import type { View } from "../live/board.ts";
import { keyOf } from "../site_key.ts";
import type { LocationHistory } from "../site_lookup.ts";

/** `/api/status`. */
export function statusesAnswer(view: View, title: string): StatusesAnswer {
  return {
    title,
    old_since: view.failingSince === undefined ? null : micros(view.failingSince),
    sites: view.statuses.map((status) => statusAnswer(status, view.uptimes.get(keyOf(status)))),
  };
}

/** `/api/sites/NAME`. */
export function siteAnswer(site: string, locations: readonly LocationHistory[]): SiteAnswer {
  return {
    site,
    locations: locations.map(({ history, uptime, days }) => ({
      status: statusAnswer(history.status, uptime),
      days: days.map(dayAnswer),
      latency: history.latency.map(latencyAnswer),
      transitions: history.transitions.map(transitionAnswer),
    })),
  };
}

/** `/api/sites/NAME/reports`. */
export function reportsAnswer(site: string, histories: readonly SiteHistory[]): ReportsAnswer {
  const reports = histories.flatMap(({ status: { location }, recent }) =>
    recent.map((report) => reportAnswer(report, location))
  );
  return { site, reports: reports.sort((a, b) => b.checked_at - a.checked_at) };
}

function statusAnswer(status: DetailedStatus, uptime: SiteUptime | undefined): StatusAnswer {
  return {
    site: status.site,
    location: status.location,
    url: status.url,
    outcome: status.outcome,
    reason: status.reason,
    stale: status.stale,
    since: status.since && micros(status.since),
    checked_at: micros(status.checkedAt),
    interval_ms: status.intervalMs,
    response_time: status.responseTimeMs,
    response_code: status.responseCode,
    error_text: status.errorText,
    attempts: status.attempts,
    timings: status.timings,
    remote_address: status.remoteAddress,
    certificate_expires_at: status.certificateExpiresAt && micros(status.certificateExpiresAt),
    labels: status.labels,
    uptimes: uptime === undefined ? [] : UPTIME_WINDOWS_DAYS.map((days) => ({
      days,
      uptime: uptimeOf(uptime.windows[days]),
      down_ms: uptime.windows[days].downMs,
      unknown_ms: unknownMsOf(uptime.windows[days]),
    })),
  };
}

function dayAnswer(day: DayCoverage): SiteAnswer["locations"][number]["days"][number] {
  return {
    day: day.day.toISOString().slice(0, 10),
    uptime: uptimeOf(day),
    up_ms: day.upMs,
    degraded_ms: day.degradedMs,
    down_ms: day.downMs,
    inconclusive_ms: day.inconclusiveMs,
  };
}

function latencyAnswer(
  point: LatencyPoint,
): SiteAnswer["locations"][number]["latency"][number] {
  return {
    hour: micros(point.hour),
    responses: point.responses,
    mean_ms: point.meanMs,
    p50_ms: point.p50Ms,
    p95_ms: point.p95Ms,
    p99_ms: point.p99Ms,
  };
}

function transitionAnswer(
  { at, ...rest }: Transition,
): SiteAnswer["locations"][number]["transitions"][number] {
  return { at: micros(at), ...rest };
}

function reportAnswer(
  report: HistoryReport,
  location: string,
): ReportsAnswer["reports"][number] {
  return {
    location,
    checked_at: micros(report.checkedAt),
    outcome: report.outcome,
    reason: report.reason,
    response_time: report.responseTimeMs,
    response_code: report.responseCode,
    error_text: report.errorText,
    attempts: report.attempts,
    timings: report.timings,
    remote_address: report.remoteAddress,
    http_version: report.httpVersion,
    final_url: report.finalUrl,
    certificate_issuer: report.certificateIssuer,
    failures: [...report.failures],
    snippet: report.snippet,
  };
}

function micros(time: Date): number {
  return time.getTime() * 1_000;
}
