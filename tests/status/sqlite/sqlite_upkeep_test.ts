import { deepStrictEqual, rejects } from "node:assert/strict";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import { SqliteQueries } from "../../../src/status/sqlite/sqlite_queries.ts";
import { SqliteUpkeep } from "../../../src/status/sqlite/sqlite_upkeep.ts";
import { StoreConfigurationError } from "../../../src/status/store.ts";
import { aReport, DAY } from "../../contract/site_reports.ts";
import { upkeepContract } from "../../contract/upkeep_contract.ts";
import { openSqliteStore } from "./sqlite_tables.ts";

upkeepContract("SqliteUpkeep", async () => {
  const opened = await openSqliteStore();
  const queries = new SqliteQueries({ path: opened.path });
  return {
    ...opened,
    queries,
    upkeep: new SqliteUpkeep({ path: opened.path, clock }),
    async close() {
      await queries.close();
      await opened.close();
    },
  };
});

Deno.test("SqliteUpkeep.letGo() lets reports be applied between its batches", async () => {
  const { store, path, close } = await openSqliteStore();
  try {
    const upkeep = new SqliteUpkeep({ path, clock });
    const recorded_at = Date.now() * 1_000 - 50 * DAY;
    for (let chunk = 0; chunk < 5; chunk++) {
      const reports = Array.from(
        { length: 1_000 },
        (_, index) => aReport({ sequence: chunk * 1_000 + index + 1, recorded_at }),
      );
      await store.apply({ reports, gaps: [], deadLetters: [] });
    }
    await upkeep.prepare(35 * 86_400_000);
    const order: string[] = [];
    const lettingGo = upkeep.letGo(new AbortController().signal)
      .then((letGo) => order.push(`let go ${letGo.reports}`));
    await store.apply({ reports: [aReport({ sequence: 9_999 })], gaps: [], deadLetters: [] })
      .then(() => order.push("applied"));
    await lettingGo;
    deepStrictEqual(order, ["applied", "let go 5000"]);
  } finally {
    await close();
  }
});

Deno.test("SqliteUpkeep.forget() makes no file, when there is none", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const upkeep = new SqliteUpkeep({ path: `${folder}/none.db`, clock });
    await rejects(() => upkeep.forget("shop"), StoreConfigurationError);
    deepStrictEqual([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
