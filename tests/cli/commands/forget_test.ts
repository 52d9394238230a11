import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import type { StatusQueries } from "../../../src/status/queries.ts";
import { sqliteParts } from "../../../src/status/sqlite/sqlite_parts.ts";
import { aReport } from "../../contract/site_reports.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { runCommand } from "../text/fake_terminal.ts";

async function withStore(
  body: (config: string, queries: StatusQueries) => Promise<void>,
): Promise<void> {
  using folder = new TempFolder();
  const path = folder.file("status.db");
  const parts = sqliteParts({ path }, { clock });
  const [store, queries] = [parts.status(), parts.queries()];
  try {
    await store.migrate();
    const reports = ["Oslo", "Paris"].map((location, index) =>
      aReport({ location, sequence: index + 1 })
    );
    await store.apply({ reports, gaps: [], deadLetters: [] });
    await body(folder.write("sitemon.yaml", `store: {path: "${path}"}\n`), queries);
  } finally {
    await queries.close();
    await store.close();
  }
}

Deno.test("sitemon forget says what it forgot, and what brings it back", async () => {
  await withStore(async (config, queries) => {
    const { code, output } = await runCommand("forget", "shop", "-c", config, "--location", "Oslo");
    strictEqual(code, 0);
    strictEqual(
      output,
      "Forgot shop (Oslo)\nIts history is kept, and its next report brings it back\n",
    );
    deepStrictEqual((await queries.statuses()).map(({ location }) => location), ["Paris"]);
    strictEqual((await runCommand("forget", "shop", "-c", config)).code, 0);
    deepStrictEqual(await queries.statuses(), []);
  });
});

Deno.test("sitemon forget exits 1 and changes nothing, when there is no such site", async () => {
  await withStore(async (config, queries) => {
    const { code, errors } = await runCommand("forget", "shpo", "-c", config);
    strictEqual(code, 1);
    strictEqual(
      errors,
      'no such site in the store: "shpo"; "sitemon status" lists the names\n',
    );
    strictEqual((await queries.statuses()).length, 2);
  });
});

Deno.test("sitemon forget exits 78 and makes no file, when the store is not there", async () => {
  using folder = new TempFolder();
  const config = folder.write("sitemon.yaml", `store: {path: "${folder.path}/none/status.db"}\n`);
  strictEqual((await runCommand("forget", "shop", "-c", config)).code, 78);
  deepStrictEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["sitemon.yaml"]);
});
