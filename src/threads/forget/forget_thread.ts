/** A thread for `sitemon forget`: marks a site as removed in whichever store there is. */
import { systemClock as clock } from "../../runtime/clock.ts";
import { serveThread } from "../../runtime/threads/thread.ts";
import type { PostgresOptions } from "../../status/postgres/connection/postgres_options.ts";
import { PostgresUpkeep } from "../../status/postgres/postgres_upkeep.ts";
import { SqliteUpkeep } from "../../status/sqlite/sqlite_upkeep.ts";
import type { StatusUpkeep } from "../../status/upkeep.ts";

export type ForgetSetup =
  & { readonly site: string; readonly location?: string }
  & (
    | { readonly store: "postgres"; readonly connection: PostgresOptions }
    | { readonly store: "sqlite"; readonly path: string }
  );

serveThread<ForgetSetup>({
  onUncaught: "fail",
  async start(setup, { result }) {
    const upkeep = upkeepOf(setup);
    try {
      result(await upkeep.forget(setup.site, setup.location));
    } finally {
      await upkeep.close();
    }
    return { stop: () => Promise.resolve() };
  },
});

function upkeepOf(setup: ForgetSetup): StatusUpkeep {
  return setup.store === "sqlite"
    ? new SqliteUpkeep({ path: setup.path, clock })
    : new PostgresUpkeep({ connection: setup.connection });
}
