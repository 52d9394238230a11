import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import type { StatusQueries } from "../../../src/status/queries.ts";
import { sqliteParts } from "../../../src/status/sqlite/sqlite_parts.ts";
import { aReport } from "../../contract/site_reports.ts";
import { runCommand } from "../text/fake_terminal.ts";

async function withStore(
  body: (config: string, queries: StatusQueries) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sitemon-forget-" });
  const parts = sqliteParts({ path: `${folder}/status.db` }, { clock });
  const [store, queries] = [parts.status(), parts.queries()];
  try {
    await Deno.writeTextFile(
      `${folder}/sitemon.yaml`,
      `sites: [{url: "http://shop.example/"}]\nstore: {path: "${folder}/status.db"}\n`,
    );
    await store.migrate();
    const reports = ["Oslo", "Paris"].map((location, index) =>
      aReport({ location, sequence: index + 1 })
    );
    await store.apply({ reports, gaps: [], deadLetters: [] });
    await body(`${folder}/sitemon.yaml`, queries);
  } finally {
    await queries.close();
    await store.close();
    await Deno.remove(folder, { recursive: true });
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
  const folder = await Deno.makeTempDir({ prefix: "sitemon-forget-" });
  try {
    const config = `${folder}/sitemon.yaml`;
    await Deno.writeTextFile(config, `store: {path: "${folder}/none/status.db"}\n`);
    strictEqual((await runCommand("forget", "shop", "-c", config)).code, 78);
    deepStrictEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["sitemon.yaml"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
