/** The past of one site for programs: its reports and how fast it answered, of any span that is kept. */
import type { Context, Hono } from "hono";
import { nameIn } from "../../report/site_path.ts";
import { DAY_MS } from "../../runtime/time_units.ts";
import {
  jsonOf,
  LATENCY_POINTS_MAX,
  type LatencyPoint,
  type PlacedReport,
  type ReportPlace,
  REPORTS_MAX,
  type SiteKey,
} from "../../status/queries.ts";
import type { StatusSource } from "../live/status_source.ts";
import { LATENCY_DAYS_DEFAULT, locationsOf, LookupError, nothingIn } from "../site_lookup.ts";
import type { LatencyResponse, ReportsResponse } from "./api_schemas.ts";
import {
  afterParameter,
  cursorParts,
  decoded,
  limitOf,
  limitParameter,
  oneOf,
  pageOf,
  type Parameter,
  parameter,
  parametersOf,
  refuseUnknown,
  timeOf,
  timeParameter,
} from "./parameters.ts";
import { latencyResponse } from "./response_fields.ts";

/** Of one response; one more is asked for, to know whether there is a next page. */
const REPORTS_PAGE_MAX = REPORTS_MAX - 1;
const LATENCY_PAGE_MAX = LATENCY_POINTS_MAX - 1;

const STEPS = ["hour", "day"] as const;

const LOCATION = parameter("location", "Only what this location found.");

export const REPORT_PARAMETERS = [
  LOCATION,
  timeParameter("from", "Only what was stored then or later"),
  timeParameter("to", "Only what was stored before"),
  limitParameter("Reports", REPORTS_PAGE_MAX),
  afterParameter("Reports"),
];

export const LATENCY_PARAMETERS = [
  LOCATION,
  timeParameter(
    "from",
    `Only hours that begin then or later; the last ${LATENCY_DAYS_DEFAULT} days by default`,
  ),
  timeParameter("to", "Only hours that begin before"),
  parameter("step", "What one point is of; of a day, the hours that are asked for.", {
    enum: STEPS,
    default: "hour",
  }),
  limitParameter("Points", LATENCY_PAGE_MAX),
  afterParameter("Points"),
];

/** When it was stored, in microseconds since 1970, its sequence and its producer. */
const REPORT_CURSOR = /^(\d{1,16})-(\d{1,16})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
/** When the point begins, in microseconds since 1970, and the location. */
const POINT_CURSOR = /^(\d{1,16})\/(.*)$/;

export function addPast(app: Hono, source: StatusSource): void {
  app.get("/api/sites/:name/reports", async (context) => {
    const { site, locations, given, now } = await asked(context, source, REPORT_PARAMETERS);
    const limit = limitOf(given, REPORTS_PAGE_MAX);
    const [at, sequence, producer] = cursorParts(given, REPORT_CURSOR) ?? [];
    const options = {
      since: timeOf(given, "from") ?? new Date(0),
      // Nothing is stored later than the store's clock says, but for minutes.
      until: timeOf(given, "to") ?? new Date(now.getTime() + DAY_MS),
      limit: limit + 1,
      ...(at !== undefined && {
        before: { at: Number(at), sequence: Number(sequence), producer: producer! },
      }),
    };
    const found = await ofEach(locations, (key) => source.reports(key, options));
    found.sort((a, b) => isNewer(a.place, b.place) ? -1 : 1);
    const { shown, next } = pageOf(context, { found, limit, cursor: reportCursor });
    const reports = shown.map(({ location, report }) => ({ location, ...jsonOf(report) }));
    return context.json({ site, next, reports } satisfies ReportsResponse);
  });
  app.get("/api/sites/:name/latency", async (context) => {
    const { site, locations, given, now } = await asked(context, source, LATENCY_PARAMETERS);
    const limit = limitOf(given, LATENCY_PAGE_MAX);
    const step = oneOf(STEPS, "step", given.get("step") ?? "hour");
    const [at, after = ""] = cursorParts(given, POINT_CURSOR) ?? [];
    const since = timeOf(given, "from") ?? new Date(now.getTime() - LATENCY_DAYS_DEFAULT * DAY_MS);
    const options = { step, until: timeOf(given, "to") ?? now, limit: limit + 1 };
    const last = decoded(after);
    const found = await ofEach(locations, (key) => {
      const afterMs = at === undefined
        ? -Infinity
        : Number(at) / 1_000 + (key.location > last ? 0 : 1);
      return source.latency(key, {
        ...options,
        since: new Date(Math.max(since.getTime(), afterMs)),
      });
    });
    found.sort((a, b) => a.at.getTime() - b.at.getTime() || (a.location < b.location ? -1 : 1));
    const { shown, next } = pageOf(context, { found, limit, cursor: pointCursor });
    const latency = shown.map(({ location, ...point }) => ({
      location,
      ...latencyResponse(point),
    }));
    return context.json({ site, step, next, latency } satisfies LatencyResponse);
  });
}

/** The site that is asked about, at the locations that are. Throws QueryError and {@linkcode LookupError}. */
async function asked(context: Context, source: StatusSource, parameters: readonly Parameter[]) {
  const site = nameIn(context.req.param("name")!);
  const given = parametersOf(context);
  refuseUnknown(given, parameters);
  const view = await source.view();
  const location = given.get("location");
  const locations = locationsOf(view, site)
    .filter((one) => location === null || one.location === location);
  if (locations.length === 0) throw nothingIn(view);
  return { site, locations, given, now: view.now };
}

/** What is found at each location, with the location. */
async function ofEach<T>(
  locations: readonly SiteKey[],
  ask: (key: SiteKey) => Promise<readonly T[] | undefined>,
): Promise<(T & { readonly location: string })[]> {
  const parts = await Promise.all(locations.map(async ({ site, location }) => {
    const found = await ask({ site, location });
    if (found === undefined) throw new LookupError(503);
    return found.map((one) => ({ ...one, location }));
  }));
  return parts.flat();
}

function isNewer(a: ReportPlace, b: ReportPlace): boolean {
  if (a.at !== b.at) return a.at > b.at;
  return a.producer === b.producer ? a.sequence > b.sequence : a.producer > b.producer;
}

function reportCursor({ place: { at, sequence, producer } }: PlacedReport): string {
  return `${at}-${sequence}-${producer}`;
}

function pointCursor({ at, location }: LatencyPoint & { readonly location: string }): string {
  return `${at.getTime() * 1_000}/${encodeURIComponent(location)}`;
}
