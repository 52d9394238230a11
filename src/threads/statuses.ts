/** A thread for `sitemon status`: reads the status of every site from whichever store there is. */
import { systemClock } from "../runtime/clock.ts";
import { serveThread } from "../runtime/thread.ts";
import type { PostgresOptions } from "../status/postgres/postgres_options.ts";
import { PostgresStore } from "../status/postgres/postgres_store.ts";
import { readStatuses } from "../status/sqlite/read_statuses.ts";
import type { SiteStatus } from "../status/store.ts";

export type StatusesSetup =
  | { readonly store: "postgres"; readonly connection: PostgresOptions }
  | { readonly store: "sqlite"; readonly path: string };

serveThread<StatusesSetup>({
  onUncaught: "fail",
  async start(setup, { result }) {
    result(await statuses(setup));
    return { stop: () => Promise.resolve() };
  },
});

async function statuses(setup: StatusesSetup): Promise<readonly SiteStatus[]> {
  if (setup.store === "sqlite") return readStatuses(setup.path, systemClock.nowMicros());
  const store = new PostgresStore({ connection: setup.connection });
  try {
    return await store.statuses();
  } finally {
    await store.close();
  }
}
