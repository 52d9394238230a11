/** The routes for programs: JSON below `/api/`, and the OpenAPI file that describes it. */
import type { Hono } from "hono";
import {
  type DayCoverage,
  jsonOf,
  keyOf,
  type LatencyPoint,
  type SiteHistory,
  type SiteStatus,
  type SiteUptime,
  UPTIME_WINDOWS_DAYS,
} from "../../status/queries.ts";
import { unknownMsOf, uptimeOf } from "../../status/uptime.ts";
import type { StatusCache, View } from "../live/status_cache.ts";
import { type WholeSite, wholeSite, wholeSites } from "../whole_sites.ts";
import {
  LATENCY_DAYS_DEFAULT,
  type LocationHistory,
  locationsOf,
  lookUp,
  LookupError,
} from "../site_lookup.ts";
import type {
  LocationResponse,
  ReportsResponse,
  SiteResponse,
  StatusesResponse,
  StatusResponse,
  WholeResponse,
} from "./api_schemas.ts";
import { openApi } from "./open_api.ts";

export function addApi(
  app: Hono,
  { cache, title }: { readonly cache: StatusCache; readonly title: string },
): void {
  const everywhere = async (name: string): Promise<LocationHistory[]> => {
    const view = await cache.view();
    const locations = locationsOf(view, name);
    return await lookUp(cache, view, { locations, latencyDays: LATENCY_DAYS_DEFAULT });
  };
  app.get("/api/status", async (context) => {
    const view = await cache.view();
    if (view.failingSince && view.statuses.length === 0) throw new LookupError(503);
    return context.json(statusesResponse(view, title));
  });
  app.get("/api/sites/:name", async (context) => {
    const name = context.req.param("name");
    return context.json(siteResponse(await everywhere(name)));
  });
  app.get("/api/sites/:name/reports", async (context) => {
    const name = context.req.param("name");
    const known = await everywhere(name);
    return context.json(reportsResponse(name, known.map(({ history }) => history)));
  });
  app.get("/api/openapi.json", (context) => context.json(openApi()));
}

/** `/api/status`. */
function statusesResponse(view: View, title: string): StatusesResponse {
  return {
    title,
    old_since: view.failingSince === undefined ? null : view.failingSince.getTime() * 1_000,
    sites: wholeSites(view.statuses).map((whole) => ({
      ...wholeResponse(whole),
      locations: whole.locations.map((status) =>
        statusResponse(status, view.uptimes.get(keyOf(status)))
      ),
    })),
  };
}

/** `/api/sites/NAME`. */
function siteResponse(locations: readonly LocationHistory[]): SiteResponse {
  return {
    ...wholeResponse(wholeSite(locations.map(({ history }) => history.status))),
    locations: locations.map(({ history, uptime, days }) => ({
      status: statusResponse(history.status, uptime),
      days: days.map(dayResponse),
      latency: history.latency.map(latencyResponse),
      transitions: history.transitions.map(jsonOf),
    })),
  };
}

/** `/api/sites/NAME/reports`. */
function reportsResponse(site: string, histories: readonly SiteHistory[]): ReportsResponse {
  const reports = histories.flatMap(({ status: { location }, recent }) =>
    recent.map((report) => ({ location, ...jsonOf(report) }))
  );
  return { site, reports: reports.sort((a, b) => b.checked_at - a.checked_at) };
}

function wholeResponse({ site, state, isPartial }: WholeSite): WholeResponse {
  return { site, state, in_part: isPartial };
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

function latencyResponse(point: LatencyPoint): LocationResponse["latency"][number] {
  const { hour, responses, meanMs, p50Ms, p95Ms, p99Ms } = jsonOf(point);
  return { hour, responses, mean_ms: meanMs, p50_ms: p50Ms, p95_ms: p95Ms, p99_ms: p99Ms };
}
