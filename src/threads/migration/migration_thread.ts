/** A thread for `sitemon migrate`: brings a store's tables to this version's. */
import { systemClock as clock } from "../../runtime/clock.ts";
import { serveTask } from "../../runtime/threads/thread.ts";
import { openStore, type StoreAddress } from "../../status/open_store.ts";

export interface MigrationSetup {
  readonly store: StoreAddress;
}

serveTask<MigrationSetup>(async ({ store }, { result }) => {
  const status = (await openStore(store, { clock })).status();
  try {
    await status.migrate();
  } finally {
    await status.close();
  }
  result("migrated");
});
