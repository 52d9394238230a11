/** The partitions of site_report, one for each UTC day of checked_at. */
import { DAY_MS } from "../../runtime/time_units.ts";
import type { SiteReport } from "../../report/report.ts";
import type { Connection } from "./connection/connection.ts";
import type { Statement } from "../sql/sql_source.ts";

const LOCK: Statement = {
  name: "partition_lock",
  text: `SELECT pg_advisory_xact_lock(
    hashtextextended('sitemon partitions ' || current_schema(), 0))`,
};

/** Days before the horizon were purged and are not made again. Reads the catalog, as migrate.ts does. */
const IS_WANTED: Statement = {
  name: "partition_wanted",
  text: `SELECT not_before < $2 AND NOT EXISTS (
      SELECT FROM pg_class
      WHERE relname = $1 AND relnamespace = current_schema()::regnamespace) AS is_wanted
    FROM history_horizon`,
};

/** Makes the partitions that the reports need and that are missing. */
export async function makePartitions(
  connection: Connection,
  reports: readonly SiteReport[],
): Promise<void> {
  const days = new Set(reports.map((report) => Math.floor(report.checked_at / 1_000 / DAY_MS)));
  for (const day of days) await makePartition(connection, day);
}

/** Makes the partitions of the day of `nowMs` and of `days` more, so that no report waits for one. */
export async function makePartitionsAhead(
  connection: Connection,
  { nowMs, days }: { readonly nowMs: number; readonly days: number },
): Promise<void> {
  const today = Math.floor(nowMs / DAY_MS);
  for (let day = today; day <= today + days; day++) await makePartition(connection, day);
}

/**
 * One day's partition, in its own transaction, so that a chunk of many days takes few locks at a
 * time. LIKE and ATTACH wait for no reader, which CREATE … PARTITION OF would.
 */
async function makePartition(connection: Connection, day: number): Promise<void> {
  const [from, to] = [dateOf(day), dateOf(day + 1)];
  const name = `site_report_${from.replaceAll("-", "")}`;
  await connection.transaction(async () => {
    await connection.query(LOCK);
    const [row] = await connection.query<{ is_wanted: boolean }>(IS_WANTED, [name, to]);
    if (!row!.is_wanted) return;
    await connection.execute(`
      CREATE TABLE ${name} (LIKE site_report INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
      ALTER TABLE site_report ATTACH PARTITION ${name}
        FOR VALUES FROM ('${from} 00:00:00+00') TO ('${to} 00:00:00+00')`);
  });
}

/** `2026-01-15` of the number of a day since 1970. */
function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** Marks a partition that is being purged, so that one that a person detached is not dropped. */
export const PURGE_MARK = "expired: sitemon drops this day";

/**
 * Days before the horizon: attached, partly detached, or detached by a run that ended too early.
 * The one that is partly detached comes first, since the others have to wait for it.
 */
const OLD_PARTITIONS: Statement = {
  name: "maintenance_partitions",
  text: `SELECT c.relname AS name, i.inhrelid IS NOT NULL AS "isAttached",
    coalesce(i.inhdetachpending, false) AS "isPending"
  FROM history_horizon h, pg_class c
  LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND i.inhparent = 'site_report'::regclass
  WHERE c.relnamespace = current_schema()::regnamespace AND c.relname ~ '^site_report_[0-9]{8}$'
    AND c.relkind = 'r'
    AND substr(c.relname, 13) < to_char(h.not_before AT TIME ZONE 'UTC', 'YYYYMMDD')
    AND (i.inhrelid IS NOT NULL OR obj_description(c.oid, 'pg_class') = '${PURGE_MARK}')
  ORDER BY 3 DESC, 1`,
};

/** For a lock on one old partition: a partition that is being read is dropped by a later run. */
const LOCK_TIMEOUT_MS = 5_000;

interface OldPartition {
  readonly name: string;
  readonly isAttached: boolean;
  /** DETACH CONCURRENTLY was begun and not ended. */
  readonly isPending: boolean;
}

/**
 * Drops the days before the horizon, one by one, and resolves to how many. The horizon was moved
 * before, in a transaction of its own, because DETACH CONCURRENTLY cannot be in one: whatever
 * happens in between, no report is stored for these days any more, and the next run continues here.
 *
 * It waits for transactions that may still read a day, at most for the statement's time; the day
 * then stays partly detached, which blocks no one, until the next run.
 */
export async function dropPartitions(connection: Connection, signal: AbortSignal): Promise<number> {
  const partitions = await connection.query<OldPartition>(OLD_PARTITIONS);
  let dropped = 0;
  for (const partition of partitions) {
    if (signal.aborted) break;
    await dropPartition(connection, partition);
    dropped++;
  }
  return dropped;
}

async function dropPartition(
  connection: Connection,
  { name, isAttached, isPending }: OldPartition,
): Promise<void> {
  if (isPending) {
    await connection.execute(`ALTER TABLE site_report DETACH PARTITION ${name} FINALIZE`);
  } else if (isAttached) {
    await connection.execute(`COMMENT ON TABLE ${name} IS '${PURGE_MARK}'`);
    await connection.execute(`ALTER TABLE site_report DETACH PARTITION ${name} CONCURRENTLY`);
  }
  await connection.execute(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await connection.execute(`DROP TABLE ${name}`);
  await connection.execute("RESET lock_timeout");
}
