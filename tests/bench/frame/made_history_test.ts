// Goal: what a bench makes by SQL is what a consumer would have made of the same reports.
import { deepStrictEqual, throws } from "node:assert/strict";
import { CHUNK_REPORTS_MAX } from "../../../src/status/store.ts";
import { DAY, HOUR, NOON } from "../../contract/site_reports.ts";
import { createDatabase } from "../../services/database.ts";
import { serviceTest } from "../../services/with_services.ts";
import { openSession, openStore, optionsOf, tablesOf } from "../../status/postgres/opened_store.ts";
import { FREE_BYTES_PER_ROW, historyReport, makeHistory, requireRoom } from "./made_history.ts";
import { UnfitMachineError } from "./scenario.ts";

const databaseTest = serviceTest("postgres");

databaseTest("makeHistory() leaves what the store leaves of the same reports", async () => {
  // Two sites for eleven hours over a midnight; one outage is within a chunk, another ends in the
  // chunk after it.
  const history = { sites: 2, beginMicros: NOON + DAY / 2 - 6 * HOUR, rows: 1_300, chunkRows: 504 };
  // In a database of its own: all of it is vacuumed.
  await using database = await createDatabase();
  await makeHistory(optionsOf(database), history);
  await using made = await openSession(optionsOf(database));
  await using applied = await openStore();
  const reports = Array.from({ length: history.rows }, (_, n) => historyReport(n, history));
  for (let first = 0; first < history.rows; first += CHUNK_REPORTS_MAX) {
    const chunk = reports.slice(first, first + CHUNK_REPORTS_MAX);
    await applied.store.apply({ reports: chunk, gaps: [], deadLetters: [] });
  }
  deepStrictEqual(await tablesOf(made), await applied.tables());
  const totals = "SELECT * FROM site_day ORDER BY site, day";
  deepStrictEqual(await made.query(totals), await applied.session.query(totals));
});

Deno.test("requireRoom() throws UnfitMachineError for a byte too little", () => {
  const needed = { rows: 20_000_000, folder: "/tmp/data" };
  const freeBytes = needed.rows * FREE_BYTES_PER_ROW;
  requireRoom({ ...needed, freeBytes });
  throws(
    () => requireRoom({ ...needed, freeBytes: freeBytes - 1 }),
    new UnfitMachineError(
      'not enough disk space in "/tmp/data": a history of 20,000,000 rows needs 30.0 GB, and ' +
        "30.0 GB are free; free some, or set TMPDIR to a folder on a larger disk",
    ),
  );
});
