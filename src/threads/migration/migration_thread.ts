/** A thread for `sitemon migrate`: brings PostgreSQL's tables to this version's. */
import { serveThread } from "../../runtime/threads/thread.ts";
import type { PostgresOptions } from "../../status/postgres/connection/postgres_options.ts";
import { PostgresStore } from "../../status/postgres/postgres_store.ts";

export interface MigrationSetup {
  readonly connection: PostgresOptions;
}

serveThread<MigrationSetup>({
  onUncaught: "fail",
  async start({ connection }, { result }) {
    const store = new PostgresStore({ connection });
    try {
      await store.migrate();
    } finally {
      await store.close();
    }
    result("migrated");
    return { stop: () => Promise.resolve() };
  },
});
