import { deepStrictEqual, rejects } from "node:assert/strict";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import { SqliteMaintenance } from "../../../src/status/sqlite/sqlite_maintenance.ts";
import { StoreConfigurationError } from "../../../src/status/store.ts";
import { aReport, DAY } from "../../contract/site_reports.ts";
import { openSqliteStore } from "./sqlite_tables.ts";

Deno.test("SqliteMaintenance.purge() lets reports be applied between its batches", async () => {
  const { store, path, close } = await openSqliteStore();
  try {
    const maintenance = new SqliteMaintenance({ path, clock });
    const recorded_at = Date.now() * 1_000 - 50 * DAY;
    for (let chunk = 0; chunk < 5; chunk++) {
      const reports = Array.from(
        { length: 1_000 },
        (_, index) => aReport({ sequence: chunk * 1_000 + index + 1, recorded_at }),
      );
      await store.apply({ reports, gaps: [], deadLetters: [] });
    }
    await maintenance.prepare(35 * 86_400_000);
    const order: string[] = [];
    const purging = maintenance.purge(new AbortController().signal)
      .then((purged) => order.push(`purged ${purged.reports}`));
    await store.apply({ reports: [aReport({ sequence: 9_999 })], gaps: [], deadLetters: [] })
      .then(() => order.push("applied"));
    await purging;
    deepStrictEqual(order, ["applied", "purged 5000"]);
  } finally {
    await close();
  }
});

Deno.test("SqliteMaintenance.forget() makes no file, when there is none", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const maintenance = new SqliteMaintenance({ path: `${folder}/none.db`, clock });
    await rejects(() => maintenance.forget("shop"), StoreConfigurationError);
    deepStrictEqual([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
