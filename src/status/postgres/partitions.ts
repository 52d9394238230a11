/** The partitions of site_report, one for each UTC day of checked_at. */
import { DAY_MS } from "../../runtime/time_units.ts";
import type { SiteReport } from "../../report/report.ts";
import type { Statement } from "../sql/sql_source.ts";
import type { Connection } from "./connection/connection.ts";
import { PURGE_MARK } from "./migrations/partition_functions.ts";

/** `$1`: a day; one that is there, or that was purged, stays as it is. */
const MAKE: Statement = {
  name: "partition_make",
  text: "SELECT make_report_partition($1::date)",
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

/** One day's, in its own transaction, so that a chunk of many days takes few locks at a time. */
async function makePartition(connection: Connection, day: number): Promise<void> {
  await connection.query(MAKE, [new Date(day * DAY_MS).toISOString().slice(0, 10)]);
}

/** Whether this connection may detach partitions while others read: as their owner, unpooled. */
const IS_OWNER: Statement = {
  name: "partition_owner",
  text: `SELECT pg_has_role(relowner, 'USAGE') AS is_owner
    FROM pg_class WHERE oid = 'site_report'::regclass`,
};

const EXPIRED: Statement = {
  name: "partition_expired",
  text: `SELECT name, is_attached AS "isAttached", is_pending AS "isPending"
    FROM expired_report_partitions()`,
};

/** What whoever purges holds, in this schema: as long as its session, or for a transaction each time. */
export const PURGE_LOCK = "hashtextextended('sitemon maintenance ' || current_schema(), 0)";

/** Drops nothing while another session purges, which knows by name what it is going to drop. */
const DROP: Statement = {
  name: "partition_drop",
  text: `SELECT CASE WHEN pg_try_advisory_xact_lock(${PURGE_LOCK})
    THEN drop_expired_report_partition() ELSE false END AS is_dropped`,
};

/** For a lock on one old partition: a partition that is being read is dropped by a later run. */
const LOCK_TIMEOUT_MS = 5_000;

interface ExpiredPartition {
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
 * The owner waits for transactions that may still read a day, at most for the statement's time; the
 * day then stays partly detached, which blocks no one, until the next run. DETACH CONCURRENTLY is
 * neither for another role nor for a session that lasts for one transaction: these try for a second
 * to drop a day at once, during which others wait.
 */
export async function dropPartitions(connection: Connection, signal: AbortSignal): Promise<number> {
  const [owner] = await connection.query<{ is_owner: boolean }>(IS_OWNER);
  const drop = owner!.is_owner && !connection.isPooled ? dropDetached : dropAtOnce;
  return await drop(connection, signal);
}

async function dropAtOnce(connection: Connection, signal: AbortSignal): Promise<number> {
  for (let dropped = 0;; dropped++) {
    if (signal.aborted) return dropped;
    const [row] = await connection.query<{ is_dropped: boolean }>(DROP);
    if (!row!.is_dropped) return dropped;
  }
}

async function dropDetached(connection: Connection, signal: AbortSignal): Promise<number> {
  const partitions = await connection.query<ExpiredPartition>(EXPIRED);
  let dropped = 0;
  for (const partition of partitions) {
    if (signal.aborted) break;
    await detach(connection, partition);
    await connection.transaction(async () => {
      await connection.execute(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
      await connection.execute(`DROP TABLE ${partition.name}`);
    });
    dropped++;
  }
  return dropped;
}

async function detach(
  connection: Connection,
  { name, isAttached, isPending }: ExpiredPartition,
): Promise<void> {
  if (isPending) {
    await connection.execute(`ALTER TABLE site_report DETACH PARTITION ${name} FINALIZE`);
  } else if (isAttached) {
    await connection.execute(`COMMENT ON TABLE ${name} IS '${PURGE_MARK}'`);
    await connection.execute(`ALTER TABLE site_report DETACH PARTITION ${name} CONCURRENTLY`);
  }
}
