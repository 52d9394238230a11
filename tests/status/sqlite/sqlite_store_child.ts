/** A process of its own that uses a SQLite store: `migrate`, `write` without end, or `read` once. */
import { systemClock } from "../../../src/runtime/clock.ts";
import { SqliteQueries } from "../../../src/status/sqlite/sqlite_queries.ts";
import { SqliteStore } from "../../../src/status/sqlite/sqlite_store.ts";
import { chunk, nthReport } from "../../contract/site_reports.ts";

const [command, path = ""] = Deno.args;

if (command === "read") await read();
else await use(new SqliteStore({ path, clock: systemClock }));

async function read(): Promise<void> {
  const queries = new SqliteQueries({ path });
  try {
    for (const { site, outcome } of await queries.statuses()) {
      console.log(site, outcome);
    }
  } catch (error) {
    console.log((error as Error).name);
  } finally {
    await queries.close();
  }
}

async function use(store: SqliteStore): Promise<void> {
  await store.migrate();
  if (command === "migrate") return await store.close();
  for (let sequence = 1;; sequence++) {
    await store.apply(chunk([nthReport(sequence)]));
    console.log(sequence);
  }
}
