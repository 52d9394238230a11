/**
 * The responses of the API, with the field names of the report and of `sitemon status --json`.
 *
 * The types of the responses and the OpenAPI file both follow from these. Fields are only ever added:
 * clients must ignore those that they do not know.
 */
import * as z from "zod";
import { type AvroSchema, MICROS } from "../../report/avro_schema.ts";
import { FIELD_NAMES, type FieldName, REPORT_FIELDS } from "../../report/fields.ts";
import { OUTCOMES, REASONS } from "../../report/outcome.ts";
import { STATES } from "../../report/site_state.ts";
import { ALERT_KINDS } from "../../status/alert_store.ts";
import {
  type HistoryReport,
  type Json,
  SHOWN_STATUS_FIELDS,
  type SiteStatus,
} from "../../status/queries.ts";

const micros = () => z.int().describe("Microseconds since 1970.");
const milliseconds = () => z.int().describe("Milliseconds.");
/** An open list: later versions add values. */
const outcome = () => z.string().describe(`One of ${OUTCOMES.join(", ")}.`);
const reason = () =>
  z.string().nullable().describe(`Why it is not up, one of ${REASONS.join(", ")}; null when up.`);

const PRIMITIVES: Readonly<Record<string, () => z.ZodType>> = {
  boolean: z.boolean,
  int: z.int,
  long: z.int,
  string: z.string,
};

/** What a field's type does not say by itself. */
const FIELD_SCHEMAS: { readonly [F in FieldName]?: z.ZodType } = {
  outcome: outcome(),
  reason: reason(),
  response_time: milliseconds(),
  next_check_ms: milliseconds().nullable(),
  timings: schemaOf(REPORT_FIELDS.timings.type)
    .describe("Duration of each phase in microseconds; null for a phase that was not reached."),
  failures: z.array(z.string()).describe("Every expectation that failed."),
  snippet: z.string().nullable()
    .describe("Start of the response body. It is the site's own text: escape it."),
};

function fieldSchemas(names: readonly FieldName[]): Record<string, z.ZodType> {
  return Object.fromEntries(
    names.map((name) => [name, FIELD_SCHEMAS[name] ?? schemaOf(REPORT_FIELDS[name].type)]),
  );
}

function schemaOf(type: AvroSchema): z.ZodType {
  if (type === MICROS) return micros();
  // Unions are of null and one other type.
  if (Array.isArray(type)) return schemaOf(type[1]).nullable();
  if (typeof type === "string") return PRIMITIVES[type]!();
  if (!("type" in type)) throw new TypeError("unreachable: unions are arrays");
  if (type.type === "array") return z.array(schemaOf(type.items));
  if (type.type === "map") return z.record(z.string(), schemaOf(type.values));
  if (type.type !== "record") return z.int();
  return z.object(Object.fromEntries(type.fields.map(({ name, type }) => [name, schemaOf(type)])));
}

const part = () => z.number().nullable().describe("0 to 1; null without data.");

export const uptimeSchema = z.object({
  days: z.int().describe("Length of the window."),
  uptime: part().describe("Fraction of the known time in which the site was up or degraded."),
  down_ms: milliseconds(),
  unknown_ms: milliseconds().describe("Milliseconds without data."),
});

export const statusSchema = z.object({
  site: z.string(),
  location: z.string().describe("Location that checked it."),
  ...fieldSchemas(SHOWN_STATUS_FIELDS),
  since: micros().nullable().describe("When the outcome last changed, in microseconds since 1970."),
  stale: z.boolean().describe(
    "No report arrived when one was due; the outcome may be out of date.",
  ),
  uptimes: z.array(uptimeSchema).describe("Of 1, 7, 30 and 90 days."),
}).meta({ id: "Status" });

const chosenStatusSchema = statusSchema.partial()
  .describe("The fields that were chosen by `fields`; all of them by default.")
  .meta({ id: "ChosenStatus" });

/** What a site is as a whole. */
const WHOLE = {
  site: z.string(),
  state: z.string().describe(
    `One of ${
      STATES.join(", ")
    }: as the worst of the locations finds it that know how it is, or as many as the quorum of its alerts wants.`,
  ),
  in_part: z.boolean().describe("Another location finds it in a better state."),
};

export const wholeSiteSchema = z.object({
  ...WHOLE,
  locations: z.array(chosenStatusSchema).describe("Its status at each location."),
}).meta({ id: "WholeSite" });

export const announcementSchema = z.object({
  type: z.string().describe("One of info, maintenance, outage."),
  text: z.string(),
  from: micros().nullable().describe("When it begins; null for now."),
  until: micros().nullable().describe("When it ends; null when that is not known."),
  sites: z.array(z.string()).nullable().describe("The sites that it is about; null for all."),
}).meta({ id: "Announcement" });

export const statusesSchema = z.object({
  title: z.string(),
  announcements: z.array(announcementSchema).describe("What the operator says, while it holds."),
  old_since: micros().nullable()
    .describe(
      "When the status database stopped responding, so that the data may be out of date; null while it responds.",
    ),
  next: z.string().nullable()
    .describe('The "after" of a request for the sites that follow; null when none do.'),
  sites: z.array(wholeSiteSchema).describe("By name."),
}).meta({ id: "Statuses" });

export const transitionSchema = z.object({
  at: micros(),
  from: outcome().nullable().describe("The previous outcome; null for the first one."),
  to: outcome(),
  reason: reason(),
}).meta({ id: "Transition" });

/** How fast a site answered. */
const ANSWERS = {
  responses: z.int().describe("Checks with a response."),
  mean_ms: z.number(),
  p50_ms: z.number(),
  p95_ms: z.number(),
  p99_ms: z.number(),
};

export const latencySchema = z.object({
  hour: micros().describe("Start of the hour, in microseconds since 1970."),
  ...ANSWERS,
}).meta({ id: "Latency" });

export const daySchema = z.object({
  day: z.string().describe("Date in UTC."),
  uptime: part(),
  up_ms: milliseconds(),
  degraded_ms: milliseconds(),
  down_ms: milliseconds(),
  inconclusive_ms: milliseconds(),
}).meta({ id: "Day" });

export const locationSchema = z.object({
  status: statusSchema,
  days: z.array(daySchema).describe("90 days, the oldest first."),
  latency: z.array(latencySchema).describe("By the hour, the oldest first."),
  transitions: z.array(transitionSchema).describe("Of 90 days, the newest first."),
}).meta({ id: "Location" });

export const siteHistorySchema = z.object({ ...WHOLE, locations: z.array(locationSchema) })
  .meta({ id: "Site" });

export const reportSchema = z.object({
  location: z.string(),
  ...fieldSchemas(FIELD_NAMES.filter((name) => REPORT_FIELDS[name].shown)),
}).meta({ id: "Report" });

const next = (what: string) =>
  z.string().nullable()
    .describe(`The "after" of a request for the ${what} that follow; null when none do.`);

export const reportsSchema = z.object({
  site: z.string(),
  next: next("reports"),
  reports: z.array(reportSchema).describe("The newest first, by when they were stored."),
}).meta({ id: "Reports" });

export const pointSchema = z.object({
  location: z.string(),
  at: micros().describe("When the hour or the day begins, in microseconds since 1970."),
  ...ANSWERS,
}).meta({ id: "Point" });

export const pointsSchema = z.object({
  site: z.string(),
  step: z.string().describe("What one point is of: hour or day."),
  next: next("points"),
  latency: z.array(pointSchema).describe("The oldest first."),
}).meta({ id: "Points" });

export const incidentSchema = z.object({
  id: z.string().describe("Names its page, /incidents/ID, for good."),
  site: z.string(),
  location: z.string(),
  began_at: micros(),
  ended_at: micros().nullable().describe(
    "The first check that found the site up again, in microseconds since 1970; null while it lasts.",
  ),
  unknown_since: micros().nullable().describe(
    "From when on no check said that it lasts, in microseconds since 1970; null when it was watched.",
  ),
  duration_ms: z.number().describe("Milliseconds of it that were watched."),
  outcome: z.string().describe("The worst: degraded or down."),
  reason: reason().describe("Of its first report."),
  error_text: z.string().nullable().describe(
    "Of its first report, while that is kept. It may be the site's own text: escape it.",
  ),
}).meta({ id: "Incident" });

export const incidentsSchema = z.object({
  next: next("incidents"),
  incidents: z.array(incidentSchema).describe("The newest first."),
}).meta({ id: "Incidents" });

export const workSchema = z.object({
  id: z.string(),
  name: z.string().describe("What is done."),
  from: micros(),
  until: micros(),
  sites: z.array(z.string()).nullable().describe("Those that are known; null for all."),
  sites_left_out: z.int().describe("Further sites."),
}).meta({ id: "Work" });

export const maintenanceSchema = z.object({
  left_out: z.int().describe("Later work that is not in the list."),
  maintenance: z.array(workSchema).describe("Of the next 30 days, the earliest first."),
}).meta({ id: "Maintenance" });

const author = () => z.string().nullable();

export const alertSchema = z.object({
  id: z.string().describe("The same for as long as it lasts."),
  rule: z.string(),
  kind: z.string().describe(`One of ${ALERT_KINDS.join(", ")}.`),
  severity: z.string(),
  site: z.string().nullable().describe("null for an alert of a location."),
  location: z.string().nullable().describe("The silent one; null for an alert of a site."),
  began_at: micros(),
  fired_at: micros().describe("When it was decided, in microseconds since 1970."),
  ended_at: micros().nullable(),
  end: z.string().nullable().describe("Why it ended."),
  suppressed_by: z.string().nullable().describe(
    'What keeps it from being told, such as "maintenance:move".',
  ),
  channels: z.array(z.string()).describe(
    "Who was told; of an alert that is held back, who would be.",
  ),
  reminders: z.int(),
  reminded_at: micros().nullable(),
  acked_at: micros().nullable(),
  acked_by: author(),
  ack_reason: author(),
  url: z.string().nullable(),
  labels: z.record(z.string(), z.string()),
  places: z.array(z.object({
    location: z.string(),
    outcome: outcome(),
    stale: z.boolean(),
    reason: reason(),
    error_text: z.string().nullable().describe("The site's own text: escape it."),
    since: micros().nullable(),
  })).describe("Where it was found, the worst first; a few."),
}).meta({ id: "Alert" });

export const alertsSchema = z.object({
  next: next("alerts"),
  alerts: z.array(alertSchema).describe("The newest first."),
}).meta({ id: "Alerts" });

/** @see https://www.rfc-editor.org/rfc/rfc9457 */
export const problemSchema = z.object({
  type: z.literal("about:blank"),
  title: z.string().describe("What the status means."),
  status: z.int(),
  detail: z.string().describe("One sentence for a person."),
}).meta({ id: "Problem" });

export type StatusResponse = Json<SiteStatus> & { uptimes: z.output<typeof uptimeSchema>[] };
export type WholeResponse = Omit<z.output<typeof wholeSiteSchema>, "locations">;
export type LocationResponse = Omit<z.output<typeof locationSchema>, "status"> & {
  status: StatusResponse;
};
export type SiteResponse = WholeResponse & { locations: LocationResponse[] };
export type IncidentResponse = z.output<typeof incidentSchema>;
export type IncidentsResponse = z.output<typeof incidentsSchema>;
export type LatencyResponse = z.output<typeof pointsSchema>;
export type ReportsResponse = {
  site: string;
  next: string | null;
  reports: (Json<HistoryReport> & { location: string })[];
};
export type MaintenanceResponse = z.output<typeof maintenanceSchema>;
export type WorkResponse = z.output<typeof workSchema>;
export type AlertResponse = z.output<typeof alertSchema>;
export type AlertsResponse = z.output<typeof alertsSchema>;
export type Problem = z.output<typeof problemSchema>;
