/**
 * The configuration: every key with its bounds and default. The loader, `config show`,
 * `config schema` and the test of the documentation are made from it.
 */
import * as z from "zod";
import { duration } from "./duration.ts";
import { hostPort } from "./host_port.ts";
import { kafkaSchema } from "./kafka_schema.ts";
import { postgresSchema } from "./postgres_schema.ts";
import { type Exact, path, text } from "./scalar.ts";
import {
  addressPolicySchema,
  allowHostsSchema,
  connectivitySchema,
  scannerSchema,
} from "./scanner_schema.ts";
import {
  historySchema,
  logSchema,
  metricsSchema,
  outboxSchema,
  storeSchema,
  tracesSchema,
  webSchema,
} from "./service_schema.ts";
import { defaultsSchema, INTERVAL, siteSchema } from "./site_schema.ts";

/** As long as a report's `location` may be. */
const LOCATION_LENGTH_MAX = 200;
/** Service managers kill after 90 s by default; ten minutes are for those that are told otherwise. */
const SHUTDOWN_TIMEOUT = { minMs: 0, maxMs: 600_000 };
/** What one process can check. */
export const SITES_MAX = 100_000;
/** Globs, each of which may match many files. */
const INCLUDE_MAX = 100;

const includeSchema = z.array(path(), {
  error: `is not a list of at most ${INCLUDE_MAX} paths or globs, such as [sites/*.yaml]`,
}).max(INCLUDE_MAX);

const sitesSchema = z.array(siteSchema, { error: "is not a list of sites" }).max(SITES_MAX);

export const configSchema = z.strictObject({
  interval: duration(INTERVAL).prefault("10s").describe("Time between two checks of a site."),
  sites: sitesSchema.prefault([]).describe("The sites to check."),
  defaults: defaultsSchema.prefault({}).describe("What every site inherits."),
  include: includeSchema.prefault([])
    .describe("Files with more sites, as globs (`*`, `?`) relative to this file."),
  location: text(LOCATION_LENGTH_MAX).prefault("default")
    .describe("Where this producer runs; each location has its own status of a site."),
  log: logSchema.prefault({}).describe("Logs, written to standard error."),
  listen: hostPort({ portMin: 0 }).optional()
    .describe("Address of `/metrics`, `/healthz` and `/readyz`; none when absent."),
  metrics: metricsSchema.prefault({}).describe("What `/metrics` shows."),
  shutdown_timeout: duration(SHUTDOWN_TIMEOUT).prefault("20s")
    .describe("Time to finish checks and to publish after SIGTERM."),
  outbox: outboxSchema.prefault({}).describe("The producer's queue on disk."),
  store: storeSchema.prefault({}).describe("The status database of `sitemon run`."),
  scanner: scannerSchema.prefault({}).describe("How much is checked at once."),
  address_policy: addressPolicySchema.prefault({})
    .describe("Which addresses sitemon may connect to."),
  allow_hosts: allowHostsSchema.prefault([])
    .describe("Hosts that redirects may lead to, in addition to those of the sites."),
  history: historySchema.prefault({}).describe("How long reports are kept."),
  connectivity: connectivitySchema.optional()
    .describe("URLs that show whether this machine has a network at all."),
  traces: tracesSchema.optional().describe("OpenTelemetry traces; none when absent."),
  web: webSchema.optional().describe(
    "The status page. `sitemon run` serves it even when this is absent; `false` turns it off. `sitemon consumer` serves it when this is a mapping.",
  ),
  sandbox: z.enum(["standard", "strict"]).prefault("standard").describe(
    "`strict`: once every thread runs, the process can start no more threads. If one dies, the process ends (exit code 70), and a reload that needs another one is refused.",
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
