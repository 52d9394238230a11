import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { StatusQueries } from "../../../src/status/queries.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { MadeStore } from "../../web/made_store.ts";
import { runCommand } from "../text/fake_terminal.ts";

/** A store that has the site "shop" in Oslo and Paris, and a configuration that names it. */
async function withStore(
  body: (config: string, queries: StatusQueries) => Promise<void>,
): Promise<void> {
  await using made = await MadeStore.create();
  await made.add({ location: "Oslo" }, { location: "Paris" });
  using folder = new TempFolder();
  await body(folder.write("sitemon.yaml", `store: {path: "${made.path}"}\n`), made.queries);
}

Deno.test("sitemon forget says what it forgot, and what brings it back", async () => {
  await withStore(async (config, queries) => {
    const { code, output } = await runCommand("forget", "shop", "-c", config, "--location", "Oslo");
    const text = "Forgot shop (Oslo)\nIts history is kept, and its next report brings it back\n";
    deepStrictEqual([code, output], [0, text]);
    deepStrictEqual((await queries.statuses()).map(({ location }) => location), ["Paris"]);
    strictEqual((await runCommand("forget", "shop", "-c", config)).code, 0);
    deepStrictEqual(await queries.statuses(), []);
  });
});

Deno.test("sitemon forget exits 1 and changes nothing, when there is no such site", async () => {
  await withStore(async (config, queries) => {
    const { code, errors } = await runCommand("forget", "shpo", "-c", config);
    const sentence = 'no such site in the store: "shpo"; "sitemon status" lists the names';
    deepStrictEqual([code, errors], [1, `${sentence}\n`]);
    strictEqual((await queries.statuses()).length, 2);
  });
});

Deno.test("sitemon forget exits 78 and makes no file, when the store is not there", async () => {
  using folder = new TempFolder();
  const config = folder.write("sitemon.yaml", `store: {path: "${folder.path}/none/status.db"}\n`);
  strictEqual((await runCommand("forget", "shop", "-c", config)).code, 78);
  deepStrictEqual(folder.names(), ["sitemon.yaml"]);
});
