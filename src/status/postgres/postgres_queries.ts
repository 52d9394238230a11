/** The query port in PostgreSQL. It needs the right to read, on a primary or a standby. */
import { type QueriesDialect, SqlQueries } from "../sql/sql_queries.ts";
import { readChanges } from "./change_cursor.ts";
import { Session } from "./connection/session.ts";
import { NOW } from "./postgres_maintenance.ts";
import type { PostgresStoreOptions } from "./postgres_store.ts";

function timestamp(ms: string): string {
  return `timestamptz 'epoch' + ${ms}::float8 * interval '1 millisecond'`;
}

export const POSTGRES_QUERIES: QueriesDialect = {
  now: NOW.text,
  sites: `SELECT site COLLATE "C" AS site, location COLLATE "C" AS location
    FROM json_to_recordset($1) AS r(site text, location text)`,
  daySince: (days) => `(now() AT TIME ZONE 'UTC')::date - ${days}::int`,
  daysAgo: (days) => `now() - ${days}::int * interval '1 day'`,
  hoursSince: (days) => `now() - ${days}::int * interval '1 day'`,
  viewTime: timestamp,
  tableTime: timestamp,
  dayOf: (hour) => `date_trunc('day', ${hour}, 'UTC')`,
  durationMs: "round(extract(epoch FROM duration) * 1000)::float8",
  changes: readChanges,
};

export class PostgresQueries extends SqlQueries {
  constructor({ connection, telemetry }: PostgresStoreOptions) {
    super(new Session(connection, telemetry), POSTGRES_QUERIES);
  }
}
