/** Ninety days before the demo, made up, so that its page has something to show. */
import { systemClock as clock } from "../../src/runtime/clock.ts";
import { SqliteStore } from "../../src/status/sqlite/sqlite_store.ts";
import { madePast, type PastSite } from "../web/made_past.ts";
import { MadeReports } from "../web/made_reports.ts";

/** Writes them into the status file, before sitemon does. */
export async function makePast(path: string, sites: readonly PastSite[]): Promise<void> {
  const store = new SqliteStore({ path, clock });
  try {
    await store.migrate();
    await new MadeReports(store).add(...madePast(sites));
  } finally {
    await store.close();
  }
}
