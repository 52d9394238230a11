/** The routes for programs: JSON below `/api/`, and the OpenAPI file that describes it. */
import type { Context, Hono } from "hono";
import type * as z from "zod";
import {
  type DayCoverage,
  jsonOf,
  keyOf,
  type LatencyPoint,
  type SiteHistory,
  type SiteStatus,
  type SiteUptime,
} from "../../status/queries.ts";
import { uptimeOf, uptimesJson } from "../../status/uptime.ts";
import { type Announcement, currentAnnouncements, type Look } from "../look.ts";
import type { StatusSource, View } from "../live/status_source.ts";
import { type WholeSite, wholeSite } from "../../status/whole_sites.ts";
import {
  LATENCY_DAYS_DEFAULT,
  type LocationHistory,
  locationsOf,
  lookUp,
  LookupError,
} from "../site_lookup.ts";
import { addAlerts, addMaintenance } from "./alerts_api.ts";
import { nameIn } from "../../report/site_path.ts";
import type {
  announcementSchema,
  LocationResponse,
  ReportsResponse,
  SiteResponse,
  StatusResponse,
  WholeResponse,
} from "./api_schemas.ts";
import { PUBLIC_FIELDS, STATUS_FIELDS } from "./response_fields.ts";
import { refuseUnknown, selectSites, type StatusQuery, statusQuery } from "./status_query.ts";

export function addApi(
  app: Hono,
  { source, look }: { readonly source: StatusSource; readonly look: Look },
): void {
  const { isPublic = false } = look;
  const fields = isPublic ? PUBLIC_FIELDS.Status! : STATUS_FIELDS;
  const everywhere = async (context: Context, name: string): Promise<LocationHistory[]> => {
    refuseUnknown(parametersOf(context));
    const view = await source.view();
    const locations = locationsOf(view, name);
    return await lookUp(source, view, { locations, latencyDays: LATENCY_DAYS_DEFAULT });
  };
  app.get("/api/status", async (context) => {
    const view = await source.view();
    if (view.failingSince && view.statuses.length === 0) throw new LookupError(503);
    const query = statusQuery(parametersOf(context), fields);
    context.header("content-type", "application/json");
    const shown = isPublic && query.fields.length === 0 ? { ...query, fields } : query;
    return context.body(statusesText(view, { look, query: shown }));
  });
  app.get("/api/sites/:name", async (context) => {
    const name = nameIn(context.req.param("name"));
    return context.json(siteResponse(await everywhere(context, name), isPublic));
  });
  addMaintenance(app, source);
  app.get("/api/openapi.json", async (context) => {
    // Loaded when it is wanted: zod and the schemas would take 9 MB of every process with a page.
    const { openApi } = await import("./open_api.ts");
    return context.json(openApi({ isPublic }));
  });
  if (isPublic) return;
  addAlerts(app, source);
  app.get("/api/sites/:name/reports", async (context) => {
    const name = nameIn(context.req.param("name"));
    const known = await everywhere(context, name);
    return context.json(reportsResponse(name, known.map(({ history }) => history)));
  });
}

function parametersOf(context: Context): URLSearchParams {
  return new URL(context.req.url).searchParams;
}

/** The text of `/api/status`, of which most is made once for each status. */
function statusesText(
  view: View,
  { look, query }: { readonly look: Look; readonly query: StatusQuery },
): string {
  const { found, next } = selectSites(view.sites, query);
  const old_since = view.failingSince === undefined ? null : view.failingSince.getTime() * 1_000;
  const sites = found.map((whole) => {
    const locations = whole.locations.map((status) =>
      statusText(status, { uptime: view.uptimes.get(keyOf(status)), fields: query.fields })
    );
    return withArray(wholeResponse(whole), "locations", locations);
  });
  const announcements = currentAnnouncements(look, view).map(announcementResponse);
  return withArray({ title: look.title, announcements, old_since, next }, "sites", sites);
}

function announcementResponse(
  { type, text, from, until, sites }: Announcement,
): z.output<typeof announcementSchema> {
  return {
    type,
    text,
    ...jsonOf({ from: from ?? null, until: until ?? null }),
    sites: sites ? [...sites] : null,
  };
}

/** An object as JSON, whose last property is an array of JSON texts. */
function withArray(rest: object, name: string, texts: readonly string[]): string {
  return `${JSON.stringify(rest).slice(0, -1)},"${name}":[${texts.join(",")}]}`;
}

/** What was said of a status, with the uptime that it was said with. */
const texts = new WeakMap<SiteStatus, { uptime: SiteUptime | undefined; text: string }>();

function statusText(
  status: SiteStatus,
  { uptime, fields }: {
    readonly uptime: SiteUptime | undefined;
    readonly fields: readonly string[];
  },
): string {
  if (fields.length > 0) {
    const response: Record<string, unknown> = statusResponse(status, uptime);
    return JSON.stringify(Object.fromEntries(fields.map((field) => [field, response[field]])));
  }
  const known = texts.get(status);
  if (known !== undefined && known.uptime === uptime) return known.text;
  const text = JSON.stringify(statusResponse(status, uptime));
  texts.set(status, { uptime, text });
  return text;
}

/** `/api/sites/NAME`. */
function siteResponse(locations: readonly LocationHistory[], isPublic: boolean): SiteResponse {
  const whole = wholeResponse(wholeSite(locations.map(({ history }) => history.status)));
  const responses = locations.map(locationResponse);
  return { ...whole, locations: isPublic ? responses.map(publicLocation) : responses };
}

function locationResponse({ history, uptime, days }: LocationHistory): LocationResponse {
  return {
    status: statusResponse(history.status, uptime),
    days: days.map(dayResponse),
    latency: history.latency.map(latencyResponse),
    transitions: history.transitions.map(jsonOf),
  };
}

function publicLocation({ status, ...rest }: LocationResponse): LocationResponse {
  return { ...pick(rest, PUBLIC_FIELDS.Location!), status: pick(status, PUBLIC_FIELDS.Status!) };
}

/** Less than its type says, as the OpenAPI file of a public page says too. */
function pick<T extends object>(value: T, names: readonly string[]): T {
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name))) as T;
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
  return { ...jsonOf(status), uptimes: uptimesJson(uptime) };
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
  const { at: hour, responses, meanMs, p50Ms, p95Ms, p99Ms } = jsonOf(point);
  return { hour, responses, mean_ms: meanMs, p50_ms: p50Ms, p95_ms: p95Ms, p99_ms: p99Ms };
}
