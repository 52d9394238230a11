/**
 * Step 1: the tables of PostgreSQL's first three migrations. Times are microseconds since 1970,
 * booleans 0 and 1, and what has parts is JSON: timings, labels, hops, failures.
 */
import { COVERED_COLUMNS } from "../../read/coverage.ts";
import { LATENCY_BOUNDS_MS, latencyColumn } from "../../read/latency_buckets.ts";

/** The columns that status and history both carry, in the names of the report. */
const CARRIED = `
  site TEXT NOT NULL,
  location TEXT NOT NULL,
  order_at INTEGER NOT NULL,
  producer_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  checked_at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  url TEXT NOT NULL,
  response_time INTEGER NOT NULL,
  response_code INTEGER,
  pattern TEXT,
  pattern_match INTEGER,
  error_text TEXT,
  outcome TEXT NOT NULL,
  reason TEXT,
  attempts INTEGER NOT NULL,
  timings TEXT,
  remote_address TEXT,
  certificate_expires_at INTEGER,
  interval_ms INTEGER,
  labels TEXT NOT NULL`;

const COUNTS = ["up", "degraded", "down", "inconclusive", ...COVERED_COLUMNS]
  .concat("responses", "response_time_sum", LATENCY_BOUNDS_MS.map(latencyColumn));

export const FIRST_TABLES = `
CREATE TABLE site_status (${CARRIED},
  -- For people and for queries written for the original Python service: UTC, to the second.
  last_checked TEXT GENERATED ALWAYS AS (datetime(checked_at / 1000000, 'unixepoch')) VIRTUAL,
  PRIMARY KEY (site, location)
) STRICT, WITHOUT ROWID;

CREATE TABLE site_report (${CARRIED},
  hops TEXT NOT NULL,
  http_version TEXT,
  final_url TEXT,
  body_bytes INTEGER,
  truncated INTEGER NOT NULL,
  certificate_issuer TEXT,
  failures TEXT NOT NULL,
  snippet TEXT,
  PRIMARY KEY (producer_id, sequence, checked_at)
) STRICT, WITHOUT ROWID;
-- With the outcome in it, the neighbour of a late report is found without the table.
CREATE INDEX site_report_order
  ON site_report (site, location, order_at, producer_id, sequence, outcome);
CREATE INDEX site_report_checked_at ON site_report (checked_at);

CREATE TABLE site_transition (
  site TEXT NOT NULL,
  location TEXT NOT NULL,
  order_at INTEGER NOT NULL,
  producer_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  checked_at INTEGER NOT NULL,
  from_outcome TEXT,
  outcome TEXT NOT NULL,
  reason TEXT,
  PRIMARY KEY (site, location, order_at, producer_id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE site_hour (
  site TEXT NOT NULL,
  location TEXT NOT NULL,
  hour INTEGER NOT NULL,
  ${COUNTS.map((column) => `${column} INTEGER NOT NULL`).join(",\n  ")},
  PRIMARY KEY (site, location, hour)
) STRICT, WITHOUT ROWID;

-- A gap that was merged with its neighbour after it was sent comes again with other ends.
CREATE TABLE producer_gap (
  producer_id TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (producer_id, first, last)
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letter (
  topic TEXT NOT NULL,
  "partition" INTEGER NOT NULL,
  "offset" INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  key BLOB,
  value BLOB,
  sitemon_id TEXT,
  PRIMARY KEY (topic, "partition", "offset")
) STRICT;

CREATE TABLE history_horizon (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  not_before INTEGER NOT NULL
) STRICT;
INSERT INTO history_horizon VALUES (1, 0);
`;
