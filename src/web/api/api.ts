/** The routes for programs: JSON below `/api/`, and the OpenAPI file that describes it. */
import type { Context, Hono } from "hono";
import type * as z from "zod";
import {
  type DayCoverage,
  jsonOf,
  keyOf,
  type SiteStatus,
  type SiteUptime,
} from "../../status/queries.ts";
import { uptimeOf, uptimesJson } from "../../status/uptime.ts";
import type { Announcement } from "../../runtime/public_page.ts";
import { currentAnnouncements, type Look } from "../look.ts";
import type { StatusSource, View } from "../live/status_source.ts";
import { type WholeSite, wholeSite, wholeSites } from "../../status/whole_sites.ts";
import {
  LATENCY_DAYS_DEFAULT,
  type LocationHistory,
  locationsOf,
  lookUp,
  LookupError,
} from "../site_lookup.ts";
import { addIncidents } from "./incidents_api.ts";
import { addPast } from "./past_api.ts";
import { addAlerts, addMaintenance } from "./alerts_api.ts";
import { nameIn } from "../../report/site_path.ts";
import type {
  announcementSchema,
  LocationResponse,
  SiteResponse,
  StatusResponse,
  WholeResponse,
} from "./api_schemas.ts";
import { JSON_TYPE, KeptAnswers } from "./kept_answer.ts";
import { linkNext, parametersOf, refuseUnknown } from "./parameters.ts";
import { latencyResponse, pick, PUBLIC_FIELDS, STATUS_FIELDS } from "./response_fields.ts";
import { selectSites, statusQuery } from "./status_query.ts";

const NO_UPTIMES: View["uptimes"] = new Map();

export function addApi(
  app: Hono,
  { source, look }: { readonly source: StatusSource; readonly look: Look },
): void {
  const { isPublic = false } = look;
  const fields = isPublic ? PUBLIC_FIELDS.Status! : STATUS_FIELDS;
  const kept = new KeptAnswers();
  const everywhere = async (context: Context, name: string): Promise<LocationHistory[]> => {
    refuseUnknown(parametersOf(context));
    const view = await source.view();
    const locations = locationsOf(view, name);
    return await lookUp(source, view, { locations, latencyDays: LATENCY_DAYS_DEFAULT });
  };
  app.get("/api/status", async (context) => {
    const view = await source.view();
    if (view.failingSince && view.statuses.length === 0) throw new LookupError(503);
    const query = statusQuery(parametersOf(context), fields, isPublic);
    const shown = isPublic && query.fields.length === 0 ? { ...query, fields } : query;
    const announcements = currentAnnouncements(look, view).map(announcementResponse);
    const sites = query.at === undefined ? view.sites : await sitesAt(source, query.at);
    const { found, next } = selectSites(sites, shown);
    linkNext(context, next);
    const text = () => {
      const rest = { title: look.title, announcements, old_since: oldSince(view), next };
      const uptimes = query.at === undefined ? view.uptimes : NO_UPTIMES;
      return withArray(
        rest,
        "sites",
        found.map((whole) => wholeText(whole, uptimes, shown.fields)),
      );
    };
    if (query.at !== undefined) return context.body(text(), 200, { "content-type": JSON_TYPE });
    return kept.answer(context, JSON.stringify([view.revision, announcements]), text);
  });
  app.get("/api/sites/:name", async (context) => {
    const name = nameIn(context.req.param("name"));
    const { quorums } = await source.view();
    return context.json(siteResponse(await everywhere(context, name), { quorums, isPublic }));
  });
  addMaintenance(app, source);
  addIncidents(app, source, isPublic);
  app.get("/api/openapi.json", async (context) => {
    // Loaded when it is wanted: zod and the schemas would take 9 MB of every process with a page.
    const { openApi } = await import("./open_api.ts");
    return context.json(openApi({ isPublic }));
  });
  if (isPublic) return;
  addAlerts(app, source);
  addPast(app, source);
}

/** As of a time of before, of which no uptime is known. Throws {@linkcode LookupError}. */
async function sitesAt(source: StatusSource, time: Date): Promise<readonly WholeSite[]> {
  const statuses = await source.statusesAt(time);
  if (statuses === undefined) throw new LookupError(503);
  return wholeSites(statuses, (await source.view()).quorums);
}

/** When the store stopped responding, in microseconds since 1970. */
function oldSince({ failingSince }: View): number | null {
  return failingSince === undefined ? null : failingSince.getTime() * 1_000;
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

/** What was said of a status that stands for its site, with the uptime that it was said with. */
const texts = new WeakMap<SiteStatus, { uptime: SiteUptime | undefined; text: string }>();

/** A site as JSON; without a choice of fields it is made once for each status of its one location. */
function wholeText(
  whole: WholeSite,
  uptimes: View["uptimes"],
  fields: readonly string[],
): string {
  const { lead, locations } = whole;
  const uptime = uptimes.get(keyOf(lead));
  const isKept = fields.length === 0 && locations.length === 1;
  const known = isKept ? texts.get(lead) : undefined;
  if (known !== undefined && known.uptime === uptime) return known.text;
  const parts = locations.map((status) => statusText(status, uptimes, fields));
  const text = withArray(wholeResponse(whole), "locations", parts);
  if (isKept) texts.set(lead, { uptime, text });
  return text;
}

function statusText(
  status: SiteStatus,
  uptimes: View["uptimes"],
  fields: readonly string[],
): string {
  const uptime = () => uptimes.get(keyOf(status));
  if (fields.length === 0) return JSON.stringify(statusResponse(status, uptime()));
  const chosen = fields.map((field) => [
    field,
    field === "uptimes" ? uptimesJson(uptime()) : status[field as keyof SiteStatus],
  ]);
  return JSON.stringify(jsonOf(Object.fromEntries(chosen)));
}

/** `/api/sites/NAME`. */
function siteResponse(
  locations: readonly LocationHistory[],
  { quorums, isPublic }: Pick<View, "quorums"> & { readonly isPublic: boolean },
): SiteResponse {
  const statuses = locations.map(({ history }) => history.status);
  const whole = wholeResponse(wholeSite(statuses, quorums));
  const responses = locations.map(locationResponse);
  return { ...whole, locations: isPublic ? responses.map(publicLocation) : responses };
}

function locationResponse({ history, uptime, days }: LocationHistory): LocationResponse {
  return {
    status: statusResponse(history.status, uptime),
    days: days.map(dayResponse),
    latency: history.latency.map(latencyResponse).map(({ at: hour, ...rest }) => ({
      hour,
      ...rest,
    })),
    transitions: history.transitions.map(jsonOf),
  };
}

function publicLocation({ status, ...rest }: LocationResponse): LocationResponse {
  return { ...pick(rest, PUBLIC_FIELDS.Location!), status: pick(status, PUBLIC_FIELDS.Status!) };
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
