/** Alerts and planned work for programs. */
import type { Hono } from "hono";
import type { Alert, AlertFilter } from "../../status/alert_store.ts";
import type { PlannedWork } from "../../status/planned_work.ts";
import { jsonOf } from "../../status/queries.ts";
import type { StatusSource } from "../live/status_source.ts";
import { LookupError } from "../site_lookup.ts";
import type {
  AlertResponse,
  AlertsResponse,
  MaintenanceResponse,
  WorkResponse,
} from "./api_schemas.ts";
import {
  afterParameter,
  cursorParts,
  limitOf,
  limitParameter,
  pageOf,
  parameter,
  parametersOf,
  refuseUnknown,
  timeOf,
  timeParameter,
} from "./parameters.ts";

/** Alerts of one response at most, and by default. */
export const ALERTS_MAX = 1_000;

/** Work of a response: windows come every hour for thirty days, and each may name every site. */
const WORK_MAX = 100;
const WORK_SITES_MAX = 1_000;

export const ALERT_PARAMETERS = [
  parameter("site", "Only alerts of this site."),
  timeParameter("from", "Also what ended since then; only what is open by default"),
  limitParameter("Alerts", ALERTS_MAX),
  afterParameter("Alerts"),
];

/** When it began, in microseconds since 1970, and the id. */
const CURSOR = /^(\d{1,16})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export function addMaintenance(app: Hono, source: StatusSource): void {
  app.get("/api/maintenance", async (context) => {
    refuseUnknown(parametersOf(context));
    const { work, failingSince } = await source.view();
    if (failingSince !== undefined) throw new LookupError(503);
    const shown = work.slice(0, WORK_MAX);
    const response = { left_out: work.length - shown.length, maintenance: shown.map(workResponse) };
    return context.json(response satisfies MaintenanceResponse);
  });
}

/** Not for everybody. */
export function addAlerts(app: Hono, source: StatusSource): void {
  app.get("/api/alerts", async (context) => {
    const filter = alertFilter(parametersOf(context));
    if ((await source.view()).failingSince !== undefined) throw new LookupError(503);
    const found = await source.alerts({ ...filter, limit: filter.limit + 1 });
    if (found === undefined) throw new LookupError(503);
    const { shown, next } = pageOf(context, { found, limit: filter.limit, cursor: cursorOf });
    return context.json({ next, alerts: shown.map(alertResponse) } satisfies AlertsResponse);
  });
}

/** Throws {@linkcode QueryError}. */
function alertFilter(given: URLSearchParams): AlertFilter {
  refuseUnknown(given, ALERT_PARAMETERS);
  const [site, since] = [given.get("site"), timeOf(given, "from")];
  const [micros, id] = cursorParts(given, CURSOR) ?? [];
  return {
    limit: limitOf(given, ALERTS_MAX),
    ...(site && { site }),
    ...(since ? { since } : { isOpen: true }),
    ...(id && { after: { began_at: new Date(Number(micros) / 1_000), id } }),
  };
}

function cursorOf({ began_at, id }: Alert): string {
  return `${began_at.getTime() * 1_000}-${id}`;
}

function alertResponse({ detail, group_key: _, ...alert }: Alert): AlertResponse {
  const { url, labels, places } = detail;
  return {
    ...jsonOf({ ...alert, channels: [...alert.channels] }),
    url,
    labels,
    places: places.map(jsonOf),
  };
}

function workResponse({ sites, ...work }: PlannedWork): WorkResponse {
  const shown = sites?.slice(0, WORK_SITES_MAX);
  const sites_left_out = (sites?.length ?? 0) - (shown?.length ?? 0);
  return { ...jsonOf(work), sites: shown ?? null, sites_left_out };
}
