/** A process of its own that uses a SQLite store: `migrate`, `write` without end, or `read` once. */
import { systemClock } from "../../../src/runtime/clock.ts";
import { readStatuses } from "../../../src/status/sqlite/read_statuses.ts";
import { SqliteStore } from "../../../src/status/sqlite/sqlite_store.ts";
import { nthReport } from "../../contract/site_reports.ts";

const [command, path = ""] = Deno.args;

if (command === "read") read();
else await use(new SqliteStore({ path, clock: systemClock }));

function read(): void {
  try {
    for (const { site, outcome } of readStatuses(path, systemClock.nowMicros())) {
      console.log(site, outcome);
    }
  } catch (error) {
    console.log((error as Error).name);
  }
}

async function use(store: SqliteStore): Promise<void> {
  await store.migrate();
  if (command === "migrate") return await store.close();
  for (let sequence = 1;; sequence++) {
    await store.apply({ reports: [nthReport(sequence)], gaps: [], deadLetters: [] });
    console.log(sequence);
  }
}
