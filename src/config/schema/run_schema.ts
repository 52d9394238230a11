/** The schema of what sitemon itself is allowed and where it keeps things: log, outbox, store, scanner, addresses. */
import { DAY_MS } from "../../runtime/time_units.ts";
import * as z from "zod";
import { LOG_CATEGORIES } from "../../runtime/telemetry/logging.ts";
import { duration } from "./duration.ts";
import { hostMaybePort } from "./host_port.ts";
import { mayBeAbsent } from "./may_be_absent.ts";
import { mustBe } from "./must_be.ts";
import { path, text, whole, word, yesOrNo } from "./scalar.ts";
import { groupSchema } from "./group_schema.ts";
import { KIB, size, TIB } from "./size.ts";

/** Two rows are the newest of one site and its edge; 100 million reports fill a terabyte. */
const OUTBOX_ROWS = { min: 2, max: 100_000_000 };
/** An empty outbox with its tables and log takes some 64 KiB; SQLite goes up to 281 TB, disks do not. */
const OUTBOX_BYTES = { minBytes: 256 * KIB, maxBytes: TIB };
/** 0 leaves the disk's end to the operating system. */
const FREE_BYTES = { minBytes: 0, maxBytes: TIB };
/** A thread has a V8 heap of its own; more than these find no cores. */
const THREADS = { min: 1, max: 64 };
/** Each check holds a file descriptor or two; 10,000 already need a raised limit (ulimit -n). */
const CONCURRENCY = { min: 1, max: 10_000 };
/** Each day is a partition, and a transaction locks them all: see docs/sql.md for more than 100. */
const HISTORY_RETENTION = { minMs: DAY_MS, maxMs: 400 * DAY_MS };
/** A list of addresses is read for every connection. */
const ADDRESSES_MAX = 256;
/** Each is a line of a thread's permissions. */
const ALLOW_HOSTS_MAX = 1_000;
const ADDRESS_LENGTH_MAX = 64;

const LEVELS = ["debug", "info", "warning", "error"] as const;

export const logSchema = z.strictObject({
  level: word(LEVELS).prefault("info")
    .describe("The least that is written."),
  levels: z.partialRecord(z.enum(LOG_CATEGORIES), word(LEVELS), {
    error: mustBe("a mapping of parts of sitemon to levels", "write for example {kafka: debug}"),
  }).prefault({}).describe("Other levels for single parts."),
  format: word(["auto", "json", "text"]).prefault("auto")
    .describe("`auto` is text on a terminal and JSON elsewhere."),
}, { error: mustBe("a mapping with level, levels, format", "write such a mapping") });

export const metricsSchema = z.strictObject({
  per_site: yesOrNo().prefault(true).describe(
    "Three gauges for each site: up, response time, end of its certificate. Thousands of sites are thousands of series.",
  ),
}, { error: mustBe("a mapping with per_site", "write such a mapping") });

export const outboxSchema = z.strictObject({
  path: path().prefault("sitemon-outbox.db").describe(
    "SQLite file of the reports that Kafka has not acknowledged. A relative path begins at `$STATE_DIRECTORY`, or else at the working folder.",
  ),
  max_bytes: size(OUTBOX_BYTES).prefault("1GiB").describe("Size that the file may reach."),
  max_rows: whole(OUTBOX_ROWS).prefault(2_000_000)
    .describe("Reports that it may hold; at least twice the number of sites."),
  min_free_bytes: size(FREE_BYTES).prefault("256MiB")
    .describe("Free space that is left on the disk; 0 uses it all."),
  when_full: word(["coalesce", "drop_oldest", "pause"]).prefault("coalesce").describe(
    "`coalesce` keeps the newest report and the changes of each site longest, `drop_oldest` treats all alike, `pause` stops checking.",
  ),
}, { error: mustBe("a mapping with path and limits", "write such a mapping") });

export const storeSchema = z.strictObject({
  path: path().prefault("sitemon-status.db").describe(
    "SQLite file of the status, for `sitemon run`. A relative path begins where the outbox's does.",
  ),
}, { error: mustBe("a mapping with path", "write such a mapping") });

export const scannerSchema = z.strictObject({
  threads: whole(THREADS).prefault(1).describe("Threads that check; sites are divided among them."),
  concurrency: whole(CONCURRENCY).prefault(256).describe(
    "Checks that run at once, in all threads together.",
  ),
  per_host: whole(CONCURRENCY).apply(mayBeAbsent)
    .describe("Checks of one host that run at once; no limit of its own when absent."),
  group: groupSchema.apply(mayBeAbsent).describe(
    "Shares the sites with other producers, through Kafka: a name, or a mapping. Each checks all when absent.",
  ),
}, {
  error: mustBe("a mapping with threads, concurrency, per_host, group", "write such a mapping"),
});

export const historySchema = z.strictObject({
  retention: duration(HISTORY_RETENTION).prefault("35d").describe(
    "How long reports are kept; changes of outcome and hourly and daily totals are kept for 400 days.",
  ),
}, { error: mustBe("a mapping with retention", "write for example {retention: 35d}") });

const addressList = () => {
  const error = mustBe(
    `a list of at most ${ADDRESSES_MAX} addresses, CIDR ranges and words`,
    "write for example [10.0.0.0/8, loopback]",
  );
  return z.array(text(ADDRESS_LENGTH_MAX), { error }).max(ADDRESSES_MAX, { error });
};

export const addressPolicySchema = z.strictObject({
  allow: addressList().prefault([]).describe(
    "Addresses that may be spoken to although they are denied.",
  ),
  deny: addressList().prefault([])
    .describe(
      "Addresses denied beside those that always are: link-local, cloud metadata, unspecified, multicast.",
    ),
}, { error: mustBe("a mapping with allow, deny", "write such a mapping") });

export const allowHostsSchema = z.array(hostMaybePort(), {
  error: mustBe(
    "a list of hosts or host:port",
    "write for example [example.org, cdn.example.org:8443]",
  ),
}).max(ALLOW_HOSTS_MAX, {
  error: mustBe(`a list of at most ${ALLOW_HOSTS_MAX} hosts`, "name fewer"),
});
