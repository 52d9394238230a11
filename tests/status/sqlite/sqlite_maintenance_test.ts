import { deepStrictEqual, rejects } from "node:assert/strict";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import { SqliteMaintenance } from "../../../src/status/sqlite/sqlite_maintenance.ts";
import { StoreConfigurationError } from "../../../src/status/store.ts";
import { aReport, chunk, DAY } from "../../contract/site_reports.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { openSqliteStore } from "./sqlite_tables.ts";

Deno.test("SqliteMaintenance.purge() lets reports be applied between its batches", async () => {
  await using opened = await openSqliteStore();
  const { store, path } = opened;
  const maintenance = new SqliteMaintenance({ path, clock });
  const recorded_at = Date.now() * 1_000 - 50 * DAY;
  for (let first = 1; first < 5_000; first += 1_000) {
    const reports = Array.from({ length: 1_000 }, (_, index) => {
      return aReport({ sequence: first + index, recorded_at });
    });
    await store.apply(chunk(reports));
  }
  await maintenance.prepare(35 * 86_400_000);
  const order: string[] = [];
  const purging = maintenance.purge(new AbortController().signal)
    .then((purged) => order.push(`purged ${purged.reports}`));
  await store.apply(chunk([aReport({ sequence: 9_999 })]))
    .then(() => order.push("applied"));
  await purging;
  deepStrictEqual(order, ["applied", "purged 5000"]);
});

Deno.test("SqliteMaintenance.forget() makes no file, when there is none", async () => {
  using folder = new TempFolder();
  const maintenance = new SqliteMaintenance({ path: folder.file("none.db"), clock });
  await rejects(() => maintenance.forget("shop"), StoreConfigurationError);
  deepStrictEqual(folder.names(), []);
});
