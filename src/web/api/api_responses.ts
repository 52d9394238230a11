/** Rows of the store as responses of the API. */
import type {
  DayCoverage,
  LatencyPoint,
  SiteHistory,
  SiteStatus,
  SiteUptime,
} from "../../status/queries.ts";
import { jsonOf, UPTIME_WINDOWS_DAYS } from "../../status/queries.ts";
import { unknownMsOf, uptimeOf } from "../../status/uptime.ts";
import type {
  LocationResponse,
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
    old_since: view.failingSince === undefined ? null : view.failingSince.getTime() * 1_000,
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
      transitions: history.transitions.map(jsonOf),
    })),
  };
}

/** `/api/sites/NAME/reports`. */
export function reportsResponse(site: string, histories: readonly SiteHistory[]): ReportsResponse {
  const reports = histories.flatMap(({ status: { location }, recent }) =>
    recent.map((report) => ({ location, ...jsonOf(report) }))
  );
  return { site, reports: reports.sort((a, b) => b.checked_at - a.checked_at) };
}

function statusResponse(status: SiteStatus, uptime: SiteUptime | undefined): StatusResponse {
  return {
    ...jsonOf(status),
    uptimes: uptime === undefined ? [] : UPTIME_WINDOWS_DAYS.map((days) => ({
      days,
      uptime: uptimeOf(uptime.windows[days]),
      down_ms: uptime.windows[days].downMs,
      unknown_ms: unknownMsOf(uptime.windows[days]),
    })),
  };
}

function dayResponse(day: DayCoverage): LocationResponse["days"][number] {
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
): LocationResponse["latency"][number] {
  const { hour, responses, meanMs, p50Ms, p95Ms, p99Ms } = jsonOf(point);
  return { hour, responses, mean_ms: meanMs, p50_ms: p50Ms, p95_ms: p95Ms, p99_ms: p99Ms };
}
