/**
 * The configuration: every key with its bounds and default. The loader, `config show`,
 * `config schema` and the test of the documentation are made from it.
 */
import * as z from "zod";
import { LOG_CATEGORIES } from "../../runtime/telemetry/logging.ts";
import { DAY_MS } from "../../runtime/time_units.ts";
import { hostPort } from "./host_port.ts";
import { kafkaSchema } from "./kafka_schema.ts";
import { alertsSchema } from "./alerts/alerts_schema.ts";
import { maintenanceSchema } from "./alerts/maintenance_schema.ts";
import { OWN_SECTIONS } from "./protocols/protocols.ts";
import { postgresSchema } from "./postgres_schema.ts";
import { duration, size } from "./duration_and_size.ts";
import { KIB, TIB } from "./quantity.ts";
import { isPlainUrl, URL_LENGTH_MAX } from "./protocols/http_schema.ts";
import { type Exact, path, text, whole } from "./scalar.ts";
import {
  addressPolicySchema,
  allowHostsSchema,
  connectivitySchema,
  scannerSchema,
} from "./scanner_schema.ts";
import { defaultsSchema, INTERVAL, siteSchema } from "./site_schema.ts";
import { webMapping } from "./web_schema.ts";

/** As long as a report's `location` may be. */
const LOCATION_LENGTH_MAX = 200;
/** Service managers kill after 90 s by default; ten minutes are for those that are told otherwise. */
const SHUTDOWN_TIMEOUT = { minMs: 0, maxMs: 600_000 };
/** What one process can check. */
export const SITES_MAX = 100_000;
/** Globs, each of which may match many files. */
const INCLUDE_MAX = 100;
/** Two rows are the newest of one site and its edge; 100 million reports fill a terabyte. */
const OUTBOX_ROWS = { min: 2, max: 100_000_000 };
/** An empty outbox with its tables and log takes some 64 KiB; SQLite goes up to 281 TB, disks do not. */
const OUTBOX_BYTES = { minBytes: 256 * KIB, maxBytes: TIB };
const FREE_BYTES = { minBytes: 0, maxBytes: TIB };
/** Each day is a partition, and a transaction locks them all: see docs/sql.md for more than 100. */
const RETENTION = { minMs: DAY_MS, maxMs: 400 * DAY_MS };

const includeSchema = z.array(path(), {
  error: `is not a list of at most ${INCLUDE_MAX} paths or globs, such as [sites/*.yaml]`,
}).max(INCLUDE_MAX);

const levelSchema = z.enum(["debug", "info", "warning", "error"]);

const logSchema = z.strictObject({
  level: levelSchema.prefault("info").describe("Minimum level logged."),
  levels: z.partialRecord(z.enum(LOG_CATEGORIES), levelSchema).prefault({})
    .describe("Minimum levels of single categories, such as `{kafka: debug}`."),
  format: z.enum(["auto", "json", "text"]).prefault("auto")
    .describe("`auto` is text on a terminal and JSON elsewhere."),
});

const tracesSchema = z.strictObject({
  endpoint: z.string({
    error: "is not the http or https URL of a collector, without credentials and query",
  }).max(URL_LENGTH_MAX).refine(isPlainUrl).describe(
    "Collector that spans are exported to, by OTLP. The process must be started with it in its environment: see [operations.md](operations.md#traces).",
  ),
  ratio: z.number({ error: "is not a number above 0 and up to 1" }).gt(0).max(1).prefault(1)
    .describe("Share of the checks that are traced."),
});

const outboxSchema = z.strictObject({
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

export const configSchema = z.strictObject({
  interval: duration(INTERVAL).prefault("10s").describe("Time between two checks of a site."),
  sites: z.array(siteSchema, { error: "is not a list of sites" }).max(SITES_MAX).prefault([])
    .describe("The sites to check."),
  defaults: defaultsSchema.prefault({}).describe("What every site inherits."),
  include: includeSchema.prefault([])
    .describe(
      "Files with more sites, as globs (`*`, `?`, and `**` for any number of folders) relative to this file.",
    ),
  location: text(LOCATION_LENGTH_MAX).prefault("default")
    .describe("Where this producer runs; each location has its own status of a site."),
  log: logSchema.prefault({}).describe("Logs, written to standard error."),
  listen: hostPort({ portMin: 0 }).optional()
    .describe("Address of `/metrics`, `/healthz` and `/readyz`; none when absent."),
  metrics: z.strictObject({
    per_site: z.boolean().prefault(true).describe(
      "Three gauges per site: up, response time, certificate expiry. Thousands of sites are thousands of series.",
    ),
  }).prefault({}).describe("What `/metrics` shows."),
  shutdown_timeout: duration(SHUTDOWN_TIMEOUT).prefault("20s")
    .describe("Time to finish checks and to publish after SIGTERM."),
  outbox: outboxSchema.prefault({}).describe("The producer's queue on disk."),
  store: z.strictObject({
    path: path().prefault("sitemon-status.db").describe(
      "SQLite file of the status, for `sitemon run`. Relative to the same directory as `outbox.path`.",
    ),
  }).prefault({}).describe("The status database of `sitemon run`."),
  scanner: scannerSchema.prefault({}).describe("How much is checked at once."),
  address_policy: addressPolicySchema.prefault({})
    .describe("Which addresses sitemon may connect to."),
  allow_hosts: allowHostsSchema.prefault([])
    .describe("Hosts that redirects may lead to, in addition to those of the sites."),
  history: z.strictObject({
    retention: duration(RETENTION).prefault("35d").describe(
      "How long reports are kept; changes of outcome and hourly and daily totals are kept for 400 days.",
    ),
  }).prefault({}).describe("How long reports are kept."),
  connectivity: connectivitySchema.optional()
    .describe("URLs that show whether this machine has a network at all."),
  ...OWN_SECTIONS,
  traces: tracesSchema.optional().describe("OpenTelemetry traces; none when absent."),
  web: z.union([z.literal(false), webMapping]).optional().describe(
    "The status page. `sitemon run` serves it even when this is absent; `false` turns it off. `sitemon consumer` serves it when this is a mapping.",
  ),
  sandbox: z.enum(["standard", "strict"]).prefault("standard").describe(
    "`strict`: once every thread runs, the process can start no more threads. If one dies, the process ends (exit code 70), and a reload that needs another one is refused.",
  ),
  alerts: alertsSchema.optional().describe("Who is told of what; nobody when absent."),
  maintenance: maintenanceSchema.prefault([]).describe(
    "Planned work, in which alerts of its sites do not begin, and which `sla_uptime` leaves out.",
  ),
  kafka: kafkaSchema.optional().describe("Kafka, between producer and consumer."),
  postgres: postgresSchema.optional().describe("PostgreSQL, where the consumer keeps the status."),
});

/** A configuration with every default filled in: durations in milliseconds, sizes in bytes. */
export type Config = Exact<z.output<typeof configSchema>>;

/** The configuration of an empty file. */
export function defaultConfig(): Config {
  return configSchema.parse({}) as Config;
}

export type TracesConfig = z.output<typeof tracesSchema>;
