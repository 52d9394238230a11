/** The parts of the store in a SQLite file. */
import type { StoreContext, StoreParts } from "../store_parts.ts";
import { readSqliteAudit } from "./sqlite_audit.ts";
import { SqliteDeadLetters } from "./sqlite_dead_letters.ts";
import { SqliteMaintenance } from "./sqlite_maintenance.ts";
import { SqliteQueries } from "./sqlite_queries.ts";
import { SqliteStore } from "./sqlite_store.ts";

export function sqliteParts(
  { path }: { readonly path: string },
  { clock }: Pick<StoreContext, "clock">,
): StoreParts {
  return {
    dependency: "store",
    status: () => new SqliteStore({ path, clock }),
    queries: () => new SqliteQueries({ path }),
    maintenance: () => new SqliteMaintenance({ path, clock }),
    deadLetters: () => new SqliteDeadLetters({ path }),
    audit: (work) => readSqliteAudit(path, work),
  };
}
