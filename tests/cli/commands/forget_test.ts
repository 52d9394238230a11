import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { forget } from "../../../src/cli/commands/forget.ts";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import { SqliteStore } from "../../../src/status/sqlite/sqlite_store.ts";
import { aReport } from "../../contract/site_reports.ts";
import { FakeTerminal } from "../text/fake_terminal.ts";

async function withStore(
  body: (config: string, store: SqliteStore) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sitemon-forget-" });
  const store = new SqliteStore({ path: `${folder}/status.db`, clock });
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
    await body(`${folder}/sitemon.yaml`, store);
  } finally {
    await store.close();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("forget() says what it forgot, and what brings it back", async () => {
  await withStore(async (config, store) => {
    const terminal = new FakeTerminal();
    strictEqual(await forget({ site: "shop", config, location: "Oslo" }, terminal), 0);
    strictEqual(
      terminal.output,
      "Forgot shop (Oslo)\nIts history stays, and its next report brings it back\n",
    );
    deepStrictEqual((await store.statuses()).map(({ location }) => location), ["Paris"]);
    strictEqual(await forget({ site: "shop", config }, new FakeTerminal()), 0);
    deepStrictEqual(await store.statuses(), []);
  });
});

Deno.test("forget() exits 1 and changes nothing, when there is no such site", async () => {
  await withStore(async (config, store) => {
    const terminal = new FakeTerminal();
    strictEqual(await forget({ site: "shpo", config }, terminal), 1);
    strictEqual(
      terminal.errors,
      'Cannot forget "shpo" as the store must have such a site: it has none; ' +
        "see sitemon status for the names\n",
    );
    strictEqual((await store.statuses()).length, 2);
  });
});

Deno.test("forget() exits 78 and makes no file, when the store is not there", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sitemon-forget-" });
  try {
    const config = `${folder}/sitemon.yaml`;
    await Deno.writeTextFile(config, `store: {path: "${folder}/none/status.db"}\n`);
    strictEqual(await forget({ site: "shop", config }, new FakeTerminal()), 78);
    deepStrictEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["sitemon.yaml"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
