/** The query port in PostgreSQL. It needs the right to read, on a primary or a standby. */
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { type QueriesDialect, SqlQueries } from "../sql/sql_queries.ts";
import { readChanges } from "./change_cursor.ts";
import type { PostgresOptions } from "./connection/postgres_options.ts";
import { Session } from "./connection/session.ts";
import { NOW } from "./maintenance_statements.ts";

export const POSTGRES_QUERIES: QueriesDialect = {
  now: NOW.text,
  sites: `SELECT site COLLATE "C" AS site, location COLLATE "C" AS location
    FROM json_to_recordset($1) AS r(site text, location text)`,
  daySince: (days) => `(now() AT TIME ZONE 'UTC')::date - ${days}::int`,
  daysAgo: (days) => `now() - ${days}::int * interval '1 day'`,
  hoursSince: (days) => `now() - ${days}::int * interval '1 day'`,
  changes: readChanges,
};

export interface PostgresQueriesOptions {
  readonly connection: PostgresOptions;
  /** Learns whether PostgreSQL can be used. */
  readonly telemetry?: Telemetry;
}

export class PostgresQueries extends SqlQueries {
  constructor({ connection, telemetry }: PostgresQueriesOptions) {
    super(new Session(connection, telemetry), POSTGRES_QUERIES);
  }
}
