/** Rows of the store as responses of the API. */
import type {
  DayCoverage,
  HistoryReport,
  LatencyPoint,
  SiteHistory,
  SiteStatus,
  SiteUptime,
  Transition,
} from "../../status/queries.ts";
import { UPTIME_WINDOWS_DAYS } from "../../status/queries.ts";
import { unknownMsOf, uptimeOf } from "../../status/uptime.ts";
import type {
  ReportsResponse,
  SiteResponse,
  StatusesResponse,
  StatusResponse,
} from "./api_schemas.ts";
import type { View } from "../live/status_cache.ts";
import { keyOf } from "../../status/queries.ts";
import type { LocationHistory } from "../site_lookup.ts";

/** `/api/status`. */
export function statusesResponse(view: View, title: string): StatusesResponse {
  return {
    title,
    old_since: view.failingSince === undefined ? null : micros(view.failingSince),
    sites: view.statuses.map((status) => statusResponse(status, view.uptimes.get(keyOf(status)))),
  };
}

/** `/api/sites/NAME`. */
export function siteResponse(site: string, locations: readonly LocationHistory[]): SiteResponse {
  return {
    site,
    locations: locations.map(({ history, uptime, days }) => ({
      status: statusResponse(history.status, uptime),
      days: days.map(dayResponse),
      latency: history.latency.map(latencyResponse),
      transitions: history.transitions.map(transitionResponse),
    })),
  };
}

/** `/api/sites/NAME/reports`. */
export function reportsResponse(site: string, histories: readonly SiteHistory[]): ReportsResponse {
  const reports = histories.flatMap(({ status: { location }, recent }) =>
    recent.map((report) => reportResponse(report, location))
  );
  return { site, reports: reports.sort((a, b) => b.checked_at - a.checked_at) };
}

function statusResponse(status: SiteStatus, uptime: SiteUptime | undefined): StatusResponse {
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

function dayResponse(day: DayCoverage): SiteResponse["locations"][number]["days"][number] {
  return {
    day: day.day.toISOString().slice(0, 10),
    uptime: uptimeOf(day),
    up_ms: day.upMs,
    degraded_ms: day.degradedMs,
    down_ms: day.downMs,
    inconclusive_ms: day.inconclusiveMs,
  };
}

function latencyResponse(
  point: LatencyPoint,
): SiteResponse["locations"][number]["latency"][number] {
  return {
    hour: micros(point.hour),
    responses: point.responses,
    mean_ms: point.meanMs,
    p50_ms: point.p50Ms,
    p95_ms: point.p95Ms,
    p99_ms: point.p99Ms,
  };
}

function transitionResponse(
  { at, ...rest }: Transition,
): SiteResponse["locations"][number]["transitions"][number] {
  return { at: micros(at), ...rest };
}

function reportResponse(
  report: HistoryReport,
  location: string,
): ReportsResponse["reports"][number] {
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
