/**
 * The configuration: every key, its bounds and its default, in one place. The loader, `config show`,
 * `config schema` and the documentation's test are made from it.
 */
import * as z from "zod";
import { duration } from "./duration.ts";
import { hostPort } from "./host_port.ts";
import { mayBeAbsent } from "./may_be_absent.ts";
import { mustBe } from "./must_be.ts";
import { path, text, word } from "./scalar.ts";
import { connectivitySchema } from "./connectivity_schema.ts";
import { kafkaSchema } from "./kafka_schema.ts";
import { postgresSchema } from "./postgres_schema.ts";
import {
  addressPolicySchema,
  allowHostsSchema,
  historySchema,
  logSchema,
  metricsSchema,
  outboxSchema,
  scannerSchema,
  storeSchema,
} from "./run_schema.ts";
import { defaultsSchema, INTERVAL, siteSchema } from "./site_schema.ts";
import { tracesSchema } from "./traces_schema.ts";
import { webSchema } from "./web_schema.ts";

/** As long as a report's `location` may be, and longer than any name of a place. */
const LOCATION_LENGTH_MAX = 200;
/** Service managers kill after 90 s by themselves; ten minutes are for those who were told otherwise. */
const DRAIN = { minMs: 0, maxMs: 600_000 };
/** What one process can check and one person can mean. */
export const SITES_MAX = 100_000;
/** Globs, each of which may find many files. */
const INCLUDE_MAX = 100;

const includeSchema = z.array(path(), {
  error: mustBe("a list of paths or globs", "write for example [sites/*.yaml]"),
}).max(INCLUDE_MAX, {
  error: mustBe(`a list of at most ${INCLUDE_MAX} globs`, "use wildcards"),
});

const sitesSchema = z.array(siteSchema, {
  error: mustBe("a list of sites", "write for example - url: https://example.org/"),
}).max(SITES_MAX, {
  error: mustBe(`a list of at most ${SITES_MAX} sites`, "divide them among processes"),
});

export const configSchema = z.strictObject({
  interval: duration(INTERVAL).prefault("10s").describe("Time between two checks of a site."),
  sites: sitesSchema.prefault([]).describe("What is watched."),
  defaults: defaultsSchema.prefault({}).describe("What every site inherits."),
  include: includeSchema.prefault([])
    .describe("Files with more sites, as globs (`*`, `?`) relative to this file."),
  location: text(LOCATION_LENGTH_MAX).prefault("default")
    .describe("Where this producer runs; sites are kept apart by it."),
  log: logSchema.prefault({}).describe("What is written to standard error."),
  listen: hostPort({ portMin: 0 }).apply(mayBeAbsent)
    .describe("Address of `/metrics`, `/healthz` and `/readyz`; none when absent."),
  metrics: metricsSchema.prefault({}).describe("What `/metrics` tells."),
  shutdown_timeout: duration(DRAIN).prefault("20s")
    .describe("Time to finish checks and to publish after SIGTERM."),
  outbox: outboxSchema.prefault({}).describe("The producer's queue on disk."),
  store: storeSchema.prefault({}).describe("The status database of `sitemon run`."),
  scanner: scannerSchema.prefault({}).describe("How much is checked at once."),
  address_policy: addressPolicySchema.prefault({})
    .describe("Which addresses a site's name may resolve to."),
  allow_hosts: allowHostsSchema.prefault([])
    .describe("Hosts that redirects may lead to, beside those of the sites."),
  history: historySchema.prefault({}).describe("How long history is kept."),
  connectivity: connectivitySchema.apply(mayBeAbsent)
    .describe("Urls that tell whether this machine has a network at all."),
  traces: tracesSchema.apply(mayBeAbsent).describe("OpenTelemetry's traces; none when absent."),
  web: webSchema.apply(mayBeAbsent).describe(
    "The status page. `sitemon run` has it also when absent; `false` switches it off. `sitemon consumer` has it when this is a mapping.",
  ),
  sandbox: word(["standard", "strict"]).prefault("standard").describe(
    "`strict`: once every thread runs, the process can start none any more. One that dies then ends it (exit code 70), and a reload that would need another one is refused.",
  ),
  kafka: kafkaSchema.apply(mayBeAbsent).describe("The way from producer to consumer."),
  postgres: postgresSchema.apply(mayBeAbsent).describe("Where the consumer keeps the status."),
}, { error: mustBe("a mapping of keys", "write for example interval: 30s") });

/** A configuration with every default filled in: durations in milliseconds, sizes in bytes. */
export type Config = z.output<typeof configSchema>;
