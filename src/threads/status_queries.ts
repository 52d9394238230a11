/** Opens the queries of whichever store a thread is told to read. */
import { PostgresQueries } from "../status/postgres/postgres_queries.ts";
import type { PostgresOptions } from "../status/postgres/connection/postgres_options.ts";
import type { StatusQueries } from "../status/queries.ts";
import { SqliteQueries } from "../status/sqlite/sqlite_queries.ts";

/** Where the status is kept. */
export type StoreSource =
  | { readonly store: "postgres"; readonly connection: PostgresOptions }
  | { readonly store: "sqlite"; readonly path: string };

/** Connects when it is asked for the first time. */
export function statusQueries(source: StoreSource): StatusQueries {
  return source.store === "sqlite" ? new SqliteQueries(source) : new PostgresQueries(source);
}
