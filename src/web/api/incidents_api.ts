/** Incidents for programs: those that last, and those of any time that is kept. */
import type { Hono } from "hono";
import { DAY_MS } from "../../runtime/time_units.ts";
import {
  HISTORY_DAYS_MAX,
  type Incident,
  INCIDENTS_LISTED_MAX,
  type IncidentsOptions,
  jsonOf,
} from "../../status/queries.ts";
import { incidentId } from "../incident_id.ts";
import type { StatusSource } from "../live/status_source.ts";
import { locationsOf, LookupError, nothingIn } from "../site_lookup.ts";
import type { IncidentResponse, IncidentsResponse } from "./api_schemas.ts";
import {
  afterParameter,
  cursorParts,
  decoded,
  limitOf,
  limitParameter,
  oneOf,
  pageOf,
  parameter,
  parametersOf,
  refuseUnknown,
  timeOf,
  timeParameter,
} from "./parameters.ts";
import { pick, PUBLIC_FIELDS } from "./response_fields.ts";

/** Of one response; one more is asked for, to know whether there is a next page. */
const INCIDENTS_PAGE_MAX = INCIDENTS_LISTED_MAX / 2;

export const INCIDENT_PARAMETERS = [
  parameter("site", "Only incidents of this site."),
  parameter("state", "Only those that last, or only those that ended.", {
    enum: ["open", "ended"],
  }),
  timeParameter("from", "Only what lasted then or later"),
  timeParameter("to", "Only what began before"),
  limitParameter("Incidents", INCIDENTS_PAGE_MAX),
  afterParameter("Incidents"),
];

/** When it began, in microseconds since 1970, the site and the location. */
const CURSOR = /^(\d{1,16})\/([^/]+)\/([^/]*)$/;

export function addIncidents(app: Hono, source: StatusSource, isPublic: boolean): void {
  app.get("/api/incidents", async (context) => {
    const given = parametersOf(context);
    const view = await source.view();
    const { limit, ...options } = incidentsOptions(given, view.now);
    if (options.site !== undefined && locationsOf(view, options.site).length === 0) {
      throw nothingIn(view);
    }
    const found = await source.listed({ ...options, limit: limit + 1 });
    if (found === undefined) throw new LookupError(503);
    const { shown, next } = pageOf(context, { found, limit, cursor: cursorOf });
    const incidents = shown.map(incidentResponse)
      .map((incident) => isPublic ? pick(incident, PUBLIC_FIELDS.Incident!) : incident);
    return context.json({ next, incidents } satisfies IncidentsResponse);
  });
}

/** Throws QueryError. */
function incidentsOptions(
  given: URLSearchParams,
  now: Date,
): IncidentsOptions & { readonly limit: number } {
  refuseUnknown(given, INCIDENT_PARAMETERS);
  const site = given.get("site");
  const state = given.get("state") ?? "";
  if (state !== "") oneOf(["open", "ended"], "state", state);
  const [micros, afterSite, location] = cursorParts(given, CURSOR) ?? [];
  const since = timeOf(given, "from") ?? new Date(now.getTime() - HISTORY_DAYS_MAX * DAY_MS);
  return {
    since,
    // The clock of a producer may be ahead.
    until: timeOf(given, "to") ?? new Date(now.getTime() + DAY_MS),
    limit: limitOf(given, INCIDENTS_PAGE_MAX),
    ...(site && { site }),
    ...(state !== "" && { isOpen: state === "open" }),
    ...(micros !== undefined && {
      after: {
        began_at: new Date(Number(micros) / 1_000),
        site: decoded(afterSite!),
        location: decoded(location!),
      },
    }),
  };
}

function cursorOf({ began_at, site, location }: Incident): string {
  const names = [site, location].map(encodeURIComponent).join("/");
  return `${began_at.getTime() * 1_000}/${names}`;
}

function incidentResponse(incident: Incident): IncidentResponse {
  return { id: incidentId(incident, incident.began_at), ...jsonOf(incident) };
}
