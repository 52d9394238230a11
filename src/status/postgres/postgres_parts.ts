/** The parts of the store in PostgreSQL. */
import type { StoreContext, StoreParts } from "../store_parts.ts";
import type { PostgresOptions } from "./connection/postgres_options.ts";
import { readPostgresAudit } from "./postgres_audit.ts";
import { PostgresDeadLetters } from "./postgres_dead_letters.ts";
import { PostgresMaintenance } from "./postgres_maintenance.ts";
import { PostgresQueries } from "./postgres_queries.ts";
import { PostgresStore } from "./postgres_store.ts";

export function postgresParts(
  connection: PostgresOptions,
  { telemetry }: Pick<StoreContext, "telemetry">,
): StoreParts {
  const options = { connection, ...(telemetry && { telemetry }) };
  return {
    dependency: "postgres",
    status: () => new PostgresStore(options),
    queries: () => new PostgresQueries(options),
    maintenance: () => new PostgresMaintenance(options),
    deadLetters: () => new PostgresDeadLetters(options),
    audit: (work) => readPostgresAudit(connection, work),
  };
}
