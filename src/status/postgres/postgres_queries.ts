/** The query port in PostgreSQL. It needs the right to read, on a primary or a standby. */
import type { QueriesDialect } from "../sql/queries_dialect.ts";
import { SqlQueries } from "../sql/sql_queries.ts";
import { readChanges } from "./change_cursor.ts";
import { Session } from "./connection/session.ts";
import { microsOf, timeOf } from "./ingest/report_columns.ts";
import { incidentsOf } from "./migrations/site_incident.ts";
import { NOW } from "./postgres_maintenance.ts";
import type { PostgresStoreOptions } from "./postgres_store.ts";

function timestamp(ms: string): string {
  return `timestamptz 'epoch' + ${ms}::float8 * interval '1 millisecond'`;
}

function milliseconds(time: string): string {
  return `date_trunc('milliseconds', ${time})`;
}

export const POSTGRES_QUERIES: QueriesDialect = {
  now: NOW.text,
  sites: `SELECT site COLLATE "C" AS site, location COLLATE "C" AS location
    FROM json_to_recordset($1) AS r(site text, location text)`,
  daySince: (days) => `(now() AT TIME ZONE 'UTC')::date - ${days}::int`,
  daysAgo: (days) => `now() - ${days}::int * interval '1 day'`,
  viewTime: timestamp,
  tableTime: timestamp,
  micros: microsOf,
  time: timeOf,
  id: (text) => `CAST(${text} AS uuid)`,
  tableMs: milliseconds,
  viewMs: milliseconds,
  beginning: "timestamptz '-infinity'",
  dayOf: (hour) => `date_trunc('day', ${hour}, 'UTC')`,
  durationMs: "round(extract(epoch FROM duration) * 1000)::float8",
  incidentsOf,
  // The times of checks leave the partitions of other days out.
  joinNewest: (until, since) =>
    `JOIN LATERAL (
      SELECT * FROM site_report
      WHERE site = s.site AND location = s.location AND order_at <= ${until}
        AND checked_at > ${since}
        AND checked_at <= ${until} + interval '1 day'
      ORDER BY order_at DESC, producer_id DESC, sequence DESC LIMIT 1) AS r ON true`,
  changes: readChanges,
};

export class PostgresQueries extends SqlQueries {
  constructor({ connection, telemetry }: PostgresStoreOptions) {
    super(new Session(connection, telemetry), POSTGRES_QUERIES);
  }
}
