/**
 * The responses of the API, with the field names of the report and of `sitemon status --json`.
 *
 * The types of the responses and the OpenAPI file both follow from these. Fields are only ever added:
 * clients must ignore those that they do not know.
 */
import * as z from "zod";
import { OUTCOMES, REASONS } from "../../report/outcome.ts";

const micros = () => z.int().describe("Microseconds since 1970.");
const milliseconds = () => z.int().describe("Milliseconds.");
/** An open list: later versions add values. */
const outcome = () => z.string().describe(`One of ${OUTCOMES.join(", ")}.`);
const reason = () =>
  z.string().nullable().describe(`Why it is not up, one of ${REASONS.join(", ")}; null when up.`);

const timings = z.object({
  dns: z.int().nullable(),
  connect: z.int().nullable(),
  tls: z.int().nullable(),
  first_byte: z.int().nullable(),
  transfer: z.int().nullable(),
}).nullable().describe(
  "Duration of each phase in microseconds; null for a phase that was not reached.",
);

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
  url: z.string(),
  outcome: outcome(),
  reason: reason(),
  stale: z.boolean().describe(
    "No report arrived when one was due; the outcome may be out of date.",
  ),
  since: micros().nullable().describe("When the outcome last changed, in microseconds since 1970."),
  checked_at: micros(),
  interval_ms: milliseconds().nullable(),
  response_time: milliseconds(),
  response_code: z.int().nullable(),
  error_text: z.string().nullable(),
  attempts: z.int(),
  timings,
  remote_address: z.string().nullable(),
  certificate_expires_at: micros().nullable(),
  labels: z.record(z.string(), z.string()),
  uptimes: z.array(uptimeSchema).describe("Of 1, 7, 30 and 90 days."),
}).meta({ id: "Status" });

export const statusesSchema = z.object({
  title: z.string(),
  old_since: micros().nullable()
    .describe(
      "When the status database stopped responding, so that the data may be out of date; null while it responds.",
    ),
  sites: z.array(statusSchema).describe("By site and location."),
}).meta({ id: "Statuses" });

export const transitionSchema = z.object({
  at: micros(),
  from: outcome().nullable().describe("The previous outcome; null for the first one."),
  to: outcome(),
  reason: reason(),
}).meta({ id: "Transition" });

export const latencySchema = z.object({
  hour: micros().describe("Start of the hour, in microseconds since 1970."),
  responses: z.int().describe("Checks with a response."),
  mean_ms: z.number(),
  p50_ms: z.number(),
  p95_ms: z.number(),
  p99_ms: z.number(),
}).meta({ id: "Latency" });

export const daySchema = z.object({
  day: z.string().describe("Date in UTC."),
  uptime: part(),
  up_ms: milliseconds(),
  degraded_ms: milliseconds(),
  down_ms: milliseconds(),
  inconclusive_ms: milliseconds(),
}).meta({ id: "Day" });

export const siteSchema = z.object({
  site: z.string(),
  locations: z.array(z.object({
    status: statusSchema,
    days: z.array(daySchema).describe("90 days, the oldest first."),
    latency: z.array(latencySchema).describe("By the hour, the oldest first."),
    transitions: z.array(transitionSchema).describe("Of 90 days, the newest first."),
  })),
}).meta({ id: "Site" });

export const reportSchema = z.object({
  location: z.string(),
  checked_at: micros(),
  outcome: outcome(),
  reason: reason(),
  response_time: milliseconds(),
  response_code: z.int().nullable(),
  error_text: z.string().nullable(),
  attempts: z.int(),
  timings,
  remote_address: z.string().nullable(),
  http_version: z.string().nullable(),
  final_url: z.string().nullable(),
  certificate_issuer: z.string().nullable(),
  failures: z.array(z.string()).describe("Every expectation that failed."),
  snippet: z.string().nullable().describe("Start of the response. The site wrote it: escape it."),
}).meta({ id: "Report" });

export const reportsSchema = z.object({
  site: z.string(),
  reports: z.array(reportSchema).describe("The latest of each location, newest first."),
}).meta({ id: "Reports" });

/** @see https://www.rfc-editor.org/rfc/rfc9457 */
export const problemSchema = z.object({
  type: z.literal("about:blank"),
  title: z.string().describe("What the status means."),
  status: z.int(),
  detail: z.string().describe("One sentence for a person."),
}).meta({ id: "Problem" });

export type StatusResponse = z.output<typeof statusSchema>;
export type StatusesResponse = z.output<typeof statusesSchema>;
export type SiteResponse = z.output<typeof siteSchema>;
export type ReportsResponse = z.output<typeof reportsSchema>;
export type Problem = z.output<typeof problemSchema>;
