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

/** Days before the horizon were purged and are not made again. As in migrate.ts, no cache is asked. */
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
