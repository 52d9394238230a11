/**
 * Made history for PostgreSQL: what a consumer would have made of millions of reports, by SQL,
 * because consuming them would take an hour. A test holds it to what the store makes of the same.
 */
import { freeBytesOf } from "../../../src/outbox/file/free_bytes.ts";
import { HISTORY_FIELDS, STATUS_FIELDS } from "../../../src/report/fields.ts";
import type { SiteReport } from "../../../src/report/report.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { Connection } from "../../../src/status/postgres/connection/connection.ts";
import { MERGE_HOURS } from "../../../src/status/postgres/ingest/merge_hours.ts";
import { makePartitionsAhead } from "../../../src/status/postgres/partitions.ts";
import type { PostgresOptions } from "../../../src/status/postgres/connection/postgres_options.ts";
import { PostgresStore } from "../../../src/status/postgres/postgres_store.ts";
import { JSON_COLUMNS, ORDER, timeOf } from "../../../src/status/postgres/ingest/report_columns.ts";
import type { Statement } from "../../../src/status/sql/sql_source.ts";
import { madeReport, type MadeReports } from "./made_reports.ts";
import { UnfitMachineError } from "./scenario.ts";

const DAY_MS = 86_400_000;
/** A chunk takes seconds; the vacuum of all of them may take minutes. */
const STATEMENT_TIMEOUT_MS = 1_800_000;

/** A site is down once in so many of its reports, and in which of them. */
const OUTAGE_EVERY = 500;
const OUTAGE_AT = 3;
const OUTAGE: Partial<SiteReport> = {
  outcome: "down",
  reason: "status",
  response_code: 503,
  error_text: "unexpected status 503",
  failures: ["status is 503"],
};

/** The n-th report of it, from 0. */
export function historyReport(n: number, reports: MadeReports): SiteReport {
  const isOutage = Math.floor(n / reports.sites) % OUTAGE_EVERY === OUTAGE_AT;
  return { ...madeReport(n, reports), ...(isOutage ? OUTAGE : {}) };
}

const KEPT = [...STATUS_FIELDS, ...HISTORY_FIELDS];
/** What hours and transitions are made of; whole rows of a chunk would be written to disk twice. */
const COUNTED = `site, location, ${ORDER}, checked_at, outcome, reason, interval_ms,
    response_time, response_code`;
const AT = timeOf("($5::bigint + round(n * 60000000::numeric / $4))");
/** What differs from report to report; the rest is that of the first. */
const OWN: Readonly<Partial<Record<keyof SiteReport, string>>> = {
  checked_at: AT,
  recorded_at: AT,
  url: "'https://site-' || n % $4 || '.example/'",
  certificate_expires_at: timeOf("r.certificate_expires_at"),
};

/**
 * `$1`: a report that is up and one that is not, as JSON; `$2` and `$3`: numbers of the first and
 * the last report; `$4`: sites; `$5`: `beginMicros`. In the order in which they were checked, so
 * that pages of tables and indexes fill as with a consumer.
 */
const INSERT: Statement = {
  name: "bench_history",
  text: `
WITH new AS (
  INSERT INTO site_report (site, location, ${ORDER}, ${KEPT.join(", ")})
  SELECT 'site ' || n % $4, r.location, ${AT}, r.producer_id, n + 1,
    ${KEPT.map((column) => OWN[column] ?? `r.${column}`).join(", ")}
  FROM generate_series($2::bigint, $3::bigint) AS n
  JOIN json_to_recordset($1) AS r(${JSON_COLUMNS}) ON r.outcome =
    CASE n / $4::bigint % ${OUTAGE_EVERY} WHEN ${OUTAGE_AT} THEN 'down' ELSE 'up' END
  ORDER BY n
  RETURNING ${COUNTED}),
${MERGE_HOURS},
compared AS (
  SELECT *, coalesce(
    lag(outcome) OVER (PARTITION BY site, location ORDER BY ${ORDER}),
    (SELECT t.outcome FROM site_transition t WHERE t.site = new.site AND t.location = new.location
     ORDER BY t.order_at DESC, t.producer_id DESC, t.sequence DESC LIMIT 1)) AS from_outcome
  FROM new)
INSERT INTO site_transition
  (site, location, ${ORDER}, checked_at, from_outcome, outcome, reason)
SELECT site, location, ${ORDER}, checked_at, from_outcome, outcome, reason
FROM compared WHERE outcome IS DISTINCT FROM from_outcome`,
};

/**
 * Of a row with its indexes, some 500 bytes, as much for the log of its making, the same for what
 * sorting takes meanwhile, and for the reports that wait in Kafka.
 */
export const FREE_BYTES_PER_ROW = 1_500;

/** Throws {@linkcode UnfitMachineError} where so many rows would fill the disk of the folder. */
export function requireRoom(
  { rows, folder, freeBytes }: {
    readonly rows: number;
    /** Of the server's data. */
    readonly folder: string;
    readonly freeBytes: number;
  },
): void {
  const neededBytes = rows * FREE_BYTES_PER_ROW;
  if (freeBytes >= neededBytes) return;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new UnfitMachineError(
    `not enough disk space in "${folder}": a history of ${rows.toLocaleString("en")} rows needs ` +
      `${gigabytes(neededBytes)}, and ${gigabytes(freeBytes)} are free; free some, or set TMPDIR ` +
      `to a folder on a larger disk`,
  );
}

export interface MadeHistory extends MadeReports {
  /** Reports in all, at least one of each site; of these the store takes 1,000 at once. */
  readonly rows: number;
  /** Rows that one statement inserts. */
  readonly chunkRows: number;
  /** Called after each statement with the number of rows so far, and at the end. */
  readonly onProgress?: (rows: number) => void;
}

/**
 * Migrates an empty database and makes the reports 0 to `rows`, with hours, days, transitions and
 * statuses. The last report of each site is applied by the store itself, which makes the statuses.
 * In the end everything is vacuumed, analyzed and on the disk, as after days of running. Rejects
 * with `UnfitMachineError` where the disk has too little room.
 */
export async function makeHistory(options: PostgresOptions, history: MadeHistory): Promise<void> {
  const store = new PostgresStore({ connection: options });
  const connection = await Connection.open({
    ...options,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  try {
    const [server] = await connection.execute<{ folder: string }>(
      "SELECT current_setting('data_directory') AS folder",
    );
    const freeBytes = freeBytesOf(`${server!.folder}/base`, systemClock)();
    requireRoom({ rows: history.rows, folder: server!.folder, freeBytes });
    await store.migrate();
    await insert(connection, history);
    const { rows, sites } = history;
    const last = Array.from({ length: sites }, (_, n) => historyReport(rows - sites + n, history));
    await store.apply({ reports: last, gaps: [], deadLetters: [] });
    await connection.execute("VACUUM ANALYZE");
    await connection.execute("CHECKPOINT");
    history.onProgress?.(rows);
  } finally {
    await connection.close();
    await store.close();
  }
}

async function insert(connection: Connection, history: MadeHistory): Promise<void> {
  const { rows, sites, beginMicros, chunkRows, onProgress } = history;
  const nowMs = beginMicros / 1_000;
  const endMs = historyReport(rows, history).checked_at / 1_000;
  await makePartitionsAhead(connection, { nowMs, days: Math.ceil((endMs - nowMs) / DAY_MS) });
  const up = madeReport(0, history);
  const kinds = JSON.stringify([up, { ...up, ...OUTAGE }]);
  for (let first = 0; first < rows - sites; first += chunkRows) {
    const last = Math.min(first + chunkRows, rows - sites) - 1;
    await connection.query(INSERT, [kinds, first, last, sites, beginMicros]);
    onProgress?.(last + 1);
  }
}
