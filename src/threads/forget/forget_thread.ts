/** A thread for `sitemon forget`: marks a site as removed in whichever store there is. */
import { systemClock as clock } from "../../runtime/clock.ts";
import { serveThread } from "../../runtime/threads/thread.ts";
import type { PostgresOptions } from "../../status/postgres/connection/postgres_options.ts";
import { PostgresMaintenance } from "../../status/postgres/postgres_maintenance.ts";
import { SqliteMaintenance } from "../../status/sqlite/sqlite_maintenance.ts";
import type { StatusMaintenance } from "../../status/maintenance.ts";

export type ForgetSetup =
  & { readonly site: string; readonly location?: string }
  & (
    | { readonly store: "postgres"; readonly connection: PostgresOptions }
    | { readonly store: "sqlite"; readonly path: string }
  );

serveThread<ForgetSetup>({
  onUncaught: "fail",
  async start(setup, { result }) {
    const maintenance = maintenanceOf(setup);
    try {
      result(await maintenance.forget(setup.site, setup.location));
    } finally {
      await maintenance.close();
    }
    return { stop: () => Promise.resolve() };
  },
});

function maintenanceOf(setup: ForgetSetup): StatusMaintenance {
  return setup.store === "sqlite"
    ? new SqliteMaintenance({ path: setup.path, clock })
    : new PostgresMaintenance({ connection: setup.connection });
}
