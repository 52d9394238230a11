/** A thread for `sitemon forget`: marks a site as removed. */
import { systemClock as clock } from "../../runtime/clock.ts";
import { serveTask } from "../../runtime/threads/thread.ts";
import { openStore, type StoreAddress } from "../../status/open_store.ts";

export interface ForgetSetup {
  readonly store: StoreAddress;
  readonly site: string;
  readonly location?: string;
}

serveTask<ForgetSetup>(async ({ store, site, location }, { result }) => {
  const maintenance = (await openStore(store, { clock })).maintenance();
  try {
    result(await maintenance.forget(site, location));
  } finally {
    await maintenance.close();
  }
});
