/**
 * The query port on a file of the SQLite store, beside the process or thread that writes it.
 *
 * It needs to read the file, its `-wal` and its `-shm`; only after a crash of the writer that lost
 * the `-shm` alone, SQLite must write in the folder once.
 */
import type { Changes, SiteKey, SiteStatus } from "../queries.ts";
import { CURRENT_COLUMNS, type Dialect } from "../sql/queries_dialect.ts";
import { SqlQueries, STATUSES } from "../sql/sql_queries.ts";
import type { Queryable } from "../sql/sql_source.ts";
import { incidentsOf } from "./migrations/site_incident.ts";
import { SqliteSource, valuesOf } from "./sqlite_source.ts";
import { StoreFile } from "./store_file.ts";

export const SQLITE_QUERIES: Dialect = {
  now: "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now_ms",
  sites: "SELECT value ->> 'site' AS site, value ->> 'location' AS location FROM json_each($1)",
  daySince: (days) => `date('now', '-' || ${days} || ' days')`,
  daysAgo: (days) => `(unixepoch('subsec') - ${days} * 86400) * 1000000`,
  viewTime: (ms) => `strftime('%Y-%m-%dT%H:%M:%fZ', ${ms} / 1000.0, 'unixepoch')`,
  tableTime: (ms) => `${ms} * 1000`,
  micros: (column) => column,
  time: (micros) => micros,
  id: (text) => text,
  tableMs: (time) => `${time} / 1000`,
  viewMs: (time) => time,
  beginning: "0",
  dayOf: (hour) => `${hour} / 86400000000 * 86400000000`,
  durationMs: "CAST(round(duration_seconds * 1000) AS INTEGER)",
  incidentsOf,
  joinNewest: (until, since) =>
    `JOIN site_report r ON r.checked_at > ${since}
      AND (r.producer_id, r.sequence, r.checked_at) = (
        SELECT producer_id, sequence, checked_at FROM site_report
        WHERE site = s.site AND location = s.location AND order_at <= ${until}
        ORDER BY order_at DESC, producer_id DESC, sequence DESC LIMIT 1)`,
};

/** `change@milliseconds`, as {@linkcode readChanges} writes it. */
const CURSOR = /^(\d{1,15})@(\d{1,15})$/;

const LAST_CHANGE = { name: "query_last_change", text: "SELECT number FROM last_change" };

/** `$1` and `$2`: what a cursor knows of changes, and its time in ISO 8601. */
const CHANGED = {
  name: "query_changed",
  text: `SELECT ${CURRENT_COLUMNS} FROM site_current c JOIN site_status s USING (site, location)
  WHERE s.changed_in > $1 OR (c.stale AND c.stale_at >= $2)
  ORDER BY c.site, c.location`,
};

/** Before any change. */
const BEFORE_ALL = -1;

const REMOVED = {
  name: "query_removed",
  text: `SELECT site, location FROM site_status
  WHERE is_removed AND changed_in > $1 ORDER BY site, location`,
};

/** The last change is read first, so that a later one comes twice rather than never. */
async function readChanges(connection: Queryable, text: string | undefined): Promise<Changes> {
  const [last] = await connection.query<{ number: number }>(LAST_CHANGE);
  const cursor = `${last!.number}@${Date.now()}`;
  const [, change, sinceMs] = (CURSOR.exec(text ?? "") ?? []).map(Number);
  // A change of the future is that of another file, which was here before.
  if (change === undefined || sinceMs === undefined || change > last!.number) {
    return {
      cursor,
      statuses: await connection.query<SiteStatus>(STATUSES),
      removed: await connection.query<SiteKey>(REMOVED, [BEFORE_ALL]),
    };
  }
  const since = new Date(sinceMs).toISOString();
  return {
    cursor,
    statuses: await connection.query<SiteStatus>(CHANGED, [change, since]),
    removed: await connection.query<SiteKey>(REMOVED, [change]),
  };
}

export class SqliteQueries extends SqlQueries {
  constructor({ path }: { readonly path: string }) {
    const source = new SqliteSource(new StoreFile(path, "read"), valuesOf);
    super(source, { ...SQLITE_QUERIES, changes: readChanges });
  }
}
