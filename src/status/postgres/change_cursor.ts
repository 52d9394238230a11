/**
 * The cursor of `changesSince()` in PostgreSQL: the snapshot of what was committed at the time of a
 * call. A column with a time or a number would miss what commits later than it was written.
 */
import { Buffer } from "node:buffer";
import { type Changes, keyOf, type SiteKey, type SiteStatus } from "../queries.ts";
import { CURRENT_COLUMNS } from "../sql/queries_dialect.ts";
import { STATUSES } from "../sql/sql_queries.ts";
import type { Queryable, Statement } from "../sql/sql_source.ts";

/**
 * What a cursor is made of: which life of which server it is of, what was committed, and the time by
 * which sites turned stale. After a crash, and on a standby that took over, the numbers of
 * transactions that left nothing behind are given again: what has them then would look like what the
 * cursor has seen. Such a life begins with a start or, when a process of the server died, with new
 * statistics.
 */
const CURSOR: Statement = {
  name: "query_cursor",
  text: `SELECT (SELECT concat_ws('/', pg_postmaster_start_time(), stats_reset)
      FROM pg_stat_bgwriter) AS life,
    pg_current_snapshot()::text AS snapshot, (extract(epoch FROM now()) * 1000000)::bigint AS micros`,
};

/**
 * Whether a row changed after a cursor's snapshot, `$1`. A row that was restored from another server
 * may name a transaction that this one has yet to begin: it did not change here.
 */
const IS_CHANGED = `NOT pg_visible_in_snapshot(changed_in, $1::pg_snapshot)
    AND changed_in < pg_snapshot_xmax(pg_current_snapshot())`;

/**
 * `$1`: a cursor's snapshot. Keys alone, in a scan of one table: joined with the rest, or with what
 * turned stale, the statement is so long that PostgreSQL compiles it each time, for over a second.
 */
const CHANGED: Statement = {
  name: "query_changed",
  text: `SELECT site, location, is_removed FROM site_status WHERE ${IS_CHANGED}`,
};

const REMOVED: Statement = {
  name: "query_removed",
  text: "SELECT site, location FROM site_status WHERE is_removed",
};

/** `$1`: a cursor's microseconds. */
const TURNED_STALE: Statement = {
  name: "query_turned_stale",
  text: `SELECT site, location FROM site_current
  WHERE stale AND stale_at >= timestamptz 'epoch' + $1::bigint * interval '1 microsecond'`,
};

/** `$1`: a JSON array of sites. */
const STATUSES_OF: Statement = {
  name: "query_statuses_of",
  text: `SELECT ${CURRENT_COLUMNS}
  FROM json_to_recordset($1) AS k(site text, location text)
  JOIN site_current c ON c.site = k.site COLLATE "C" AND c.location = k.location COLLATE "C"`,
};
/** Sites that one statement asks for: some hundred kilobytes of names. */
const SITES_AT_ONCE = 5_000;

interface ChangeCursor {
  /** Of the server: when it began. */
  readonly life: string;
  /** As `pg_snapshot` has it: `xmin:xmax:xids in progress`. */
  readonly snapshot: string;
  /** The server's time, in microseconds since 1970. */
  readonly micros: number;
}

/** The cursor is taken first, so that what is committed meanwhile comes twice rather than never. */
export async function readChanges(
  connection: Queryable,
  text: string | undefined,
): Promise<Changes> {
  const [now] = await connection.query<ChangeCursor>(CURSOR);
  const cursor = `${now!.life}@${now!.snapshot}@${now!.micros}`;
  const [life, snapshot, micros] = text?.split("@") ?? [];
  if (life !== now!.life) {
    return {
      cursor,
      statuses: await connection.query<SiteStatus>(STATUSES),
      removed: await connection.query<SiteKey>(REMOVED),
    };
  }
  const changed = await connection.query<ChangedRow>(CHANGED, [snapshot]);
  const stale = await connection.query<SiteKey>(TURNED_STALE, [micros]);
  const left = changed.filter(({ is_removed }) => !is_removed);
  const keys = new Map([...left, ...stale].map(({ site, location }) => {
    return [keyOf({ site, location }), { site, location }];
  }));
  return {
    cursor,
    statuses: await statusesOf(connection, [...keys.values()]),
    removed: sorted(
      changed.filter(({ is_removed }) => is_removed)
        .map(({ site, location }) => ({ site, location })),
    ),
  };
}

interface ChangedRow extends SiteKey {
  readonly is_removed: boolean;
}

async function statusesOf(connection: Queryable, sites: readonly SiteKey[]) {
  const statuses: SiteStatus[] = [];
  for (let first = 0; first < sites.length; first += SITES_AT_ONCE) {
    const part = JSON.stringify(sites.slice(first, first + SITES_AT_ONCE));
    statuses.push(...await connection.query<SiteStatus>(STATUSES_OF, [part]));
  }
  return sorted(statuses);
}

/** As PostgreSQL sorts them: by their bytes, in the order of code points. */
function sorted<Row extends SiteKey>(rows: readonly Row[]): Row[] {
  return rows.map((row) => ({ row, key: Buffer.from(keyOf(row)) }))
    .sort((a, b) => Buffer.compare(a.key, b.key)).map(({ row }) => row);
}
