/** The schemas of sitemon as a service: `log`, `metrics`, `traces`, `outbox`, `store`, `history`, `web`. */
import * as z from "zod";
import { LOG_CATEGORIES } from "../../runtime/telemetry/logging.ts";
import { DAY_MS } from "../../runtime/time_units.ts";
import { duration } from "./duration.ts";
import { hostPort } from "./host_port.ts";
import { type Exact, path, text, whole } from "./scalar.ts";
import { KIB, size, TIB } from "./size.ts";

/** Two rows are the newest of one site and its edge; 100 million reports fill a terabyte. */
const OUTBOX_ROWS = { min: 2, max: 100_000_000 };
/** An empty outbox with its tables and log takes some 64 KiB; SQLite goes up to 281 TB, disks do not. */
const OUTBOX_BYTES = { minBytes: 256 * KIB, maxBytes: TIB };
/** 0 uses the whole disk. */
const FREE_BYTES = { minBytes: 0, maxBytes: TIB };
/** Each day is a partition, and a transaction locks them all: see docs/sql.md for more than 100. */
const RETENTION = { minMs: DAY_MS, maxMs: 400 * DAY_MS };
const ENDPOINT_LENGTH_MAX = 2_048;
/** A page's heading; more does not fit on a line. */
const TITLE_LENGTH_MAX = 100;
const PASSWORD_LENGTH_MAX = 1_024;
/** RFC 7617 separates name and password by the first colon. */
const USERNAME = /^[^\p{Cc}:]{1,256}$/u;

const levelSchema = z.enum(["debug", "info", "warning", "error"]);

export const logSchema = z.strictObject({
  level: levelSchema.prefault("info").describe("Minimum level logged."),
  levels: z.partialRecord(z.enum(LOG_CATEGORIES), levelSchema).prefault({})
    .describe("Minimum levels of single categories, such as `{kafka: debug}`."),
  format: z.enum(["auto", "json", "text"]).prefault("auto")
    .describe("`auto` is text on a terminal and JSON elsewhere."),
});

export const metricsSchema = z.strictObject({
  per_site: z.boolean().prefault(true).describe(
    "Three gauges per site: up, response time, certificate expiry. Thousands of sites are thousands of series.",
  ),
});

export const tracesSchema = z.strictObject({
  endpoint: z.string({
    error: "is not the http or https URL of a collector, without credentials and query",
  }).max(ENDPOINT_LENGTH_MAX).refine(isEndpoint).describe(
    "Collector that spans are exported to, by OTLP. The process must be started with it in its environment: see [operations.md](operations.md#traces).",
  ),
  ratio: z.number({ error: "is not a number above 0 and up to 1" }).gt(0).max(1).prefault(1)
    .describe("Share of the checks that are traced."),
});

/** Where spans go. */
export type TracesConfig = z.output<typeof tracesSchema>;

/** Refuses whatever could hold a secret: an exporter's credentials belong in its headers. */
function isEndpoint(text: string): boolean {
  if (!/^https?:\/\/[^\s\p{Cc}]+$/iu.test(text) || !URL.canParse(text)) return false;
  const { username, password, search, hash } = new URL(text);
  return [username, password, search, hash].every((part) => part === "");
}

export const outboxSchema = z.strictObject({
  path: path().prefault("sitemon-outbox.db").describe(
    "SQLite file of the reports that Kafka has not acknowledged. Relative to `$STATE_DIRECTORY`, or else to the working directory.",
  ),
  max_bytes: size(OUTBOX_BYTES).prefault("1GiB").describe("Maximum size of the file."),
  max_rows: whole(OUTBOX_ROWS).prefault(2_000_000)
    .describe("Maximum number of reports in it; at least twice the number of sites."),
  min_free_bytes: size(FREE_BYTES).prefault("256MiB")
    .describe("Free disk space that is left; 0 uses all of it."),
  when_full: z.enum(["coalesce", "drop_oldest", "pause"]).prefault("coalesce").describe(
    "`coalesce` drops the newest report and the changes of each site last, `drop_oldest` drops by age alone, `pause` stops checking.",
  ),
});

export const storeSchema = z.strictObject({
  path: path().prefault("sitemon-status.db").describe(
    "SQLite file of the status, for `sitemon run`. Relative to the same directory as `outbox.path`.",
  ),
});

export const historySchema = z.strictObject({
  retention: duration(RETENTION).prefault("35d").describe(
    "How long reports are kept; changes of outcome and hourly and daily totals are kept for 400 days.",
  ),
});

const webMapping = z.strictObject({
  listen: hostPort({ portMin: 0 }).prefault("127.0.0.1:8080")
    .describe("Address of the page and the API; port 0 takes any free one."),
  title: text(TITLE_LENGTH_MAX).prefault("Status").describe("Title of the page."),
  basic_auth: z.strictObject({
    username: z.string({ error: "is not a name of 1 to 256 characters without a colon" })
      .regex(USERNAME).describe("User name."),
    password: text(PASSWORD_LENGTH_MAX)
      .describe("Password; better `${NAME}` or `${file:PATH}`."),
  }).optional().describe("Who may use the page and the API; anyone who reaches it when absent."),
});

export const webSchema = z.union([z.literal(false), webMapping]);

/** Where and how the status page is served. */
export type WebConfig = Exact<z.output<typeof webMapping>>;

/** What holds when the configuration has no `web`. */
export function defaultWeb(): WebConfig {
  return webMapping.parse({}) as WebConfig;
}
