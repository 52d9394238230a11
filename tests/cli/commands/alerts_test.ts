import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { EXIT_NOT_UP, EXIT_OK, EXIT_USAGE } from "../../../src/cli/exit_code.ts";
import type { AlertStore } from "../../../src/status/alert_store.ts";
import { openStore } from "../../../src/status/open_store.ts";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import { anAlert, attempt, ending, firing, idOf } from "../../contract/some_alerts.ts";
import { postgresTest } from "../../status/postgres/opened_store.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { MadeStore } from "../../web/made_store.ts";
import { jsonLines, runCommand } from "../text/fake_terminal.ts";

/** `shop` fires and its channel refuses; `blog` has recovered, and nobody was told. */
async function fill(store: AlertStore): Promise<void> {
  await store.lead();
  const shop = anAlert(1, { site: "shop" });
  const blog = anAlert(0x9_0000_0000_00, {
    site: "blog",
    began_at: new Date(Date.now() - 3_600_000),
  });
  await store.write(firing(shop, blog));
  await store.write(ending(blog));
  const [delivery] = await store.claim(["ops"], 60_000);
  await store.settle(
    attempt(delivery!, { result: "refused", error: "status 403", retryMs: 60_000 }),
  );
  await store.close();
}

/** The commands on one configuration. */
async function asks(config: string): Promise<void> {
  const ask = (...args: string[]) => runCommand(...args, "-c", config);
  const list = await ask("alerts", "list");
  strictEqual(list.code, EXIT_NOT_UP, list.errors);
  match(list.output, /^ID .*\n00000000 {2}shop {2}down .* firing {2}ops waits after 1 attempts? /);
  match(list.errors, /^channel "ops" refuses: status 403; 1 messages wait\n$/);
  deepStrictEqual((await ask("alerts", "list", "--site", "blog")).code, EXIT_OK);
  const [json] = jsonLines((await ask("alerts", "list", "--json")).output);
  deepStrictEqual([json.site, json.acked_by, json.ended_at], ["shop", null, null]);

  const ack = await ask("alerts", "ack", "shop", "--author", "ann", "--reason", "on it");
  strictEqual(ack.output, "Acknowledged shop (down)\n", ack.errors);
  match((await ask("alerts", "list")).output, /acknowledged by ann/);
  const nobody = await ask("alerts", "ack", "blog", "--author", "ann");
  deepStrictEqual([nobody.code, nobody.errors], [EXIT_NOT_UP, 'nothing fires of "blog"\n']);
  strictEqual((await ask("alerts", "ack", idOf(1), "--author", "eve")).code, EXIT_OK);
  for (const said of [["--author", ""], ["--author", "ann", "--reason", "a\nb"]]) {
    strictEqual((await ask("alerts", "ack", idOf(1), ...said)).code, EXIT_USAGE);
  }

  const history = await ask("alerts", "history");
  match(history.output, /shop .*\n {2}MESSAGE .*\n {2}fired +ops +pending .* 1 +status 403\n/);
  match(history.output, /blog .* recovered after 2 min .*\n.*\n {2}fired +ops +superseded /);
  const ofBlog = jsonLines((await ask("alerts", "history", "--site", "blog", "--json")).output);
  deepStrictEqual(
    ofBlog.map(({ messages }) => messages.map(({ kind }: { kind: string }) => kind)),
    [
      ["fired", "resolved"],
    ],
  );
  strictEqual((await ask("alerts", "history", "--since", "soon")).code, EXIT_USAGE);
}

async function mutes(config: string): Promise<void> {
  const who = ["--author", "ann", "--reason", "upgrade"];
  const ask = (...args: string[]) => runCommand(...args, "-c", config);
  strictEqual((await ask("maintenance", "list")).errors, "No work is planned\n");
  const added = await ask("maintenance", "add", "--site", "shop*", "--for", "2h", ...who);
  match(added.output, /^[0-9a-f]{8}\n$/, added.errors);
  const none = "no known site matches nosuch; it is kept for sites that are to come\n";
  for (const command of [["maintenance", "add"], ["alerts", "silence", "add"]]) {
    const past = ["--from", "2018-01-01", "--for", "1h", ...who];
    const { output, errors } = await ask(...command, "--site", "nosuch", ...past);
    deepStrictEqual([output.length, errors], [9, none]);
  }
  await ask("maintenance", "add", "--from", "2020-01-01", "--until", "2020-01-02", ...who);
  const silence = await ask(
    "alerts",
    "silence",
    "add",
    "--label",
    "team:shop",
    "--for",
    "1h",
    ...who,
  );
  const listed = await ask("maintenance", "list");
  match(listed.output, /^ID .*\n[0-9a-f]{8} .* 2 h {2}shop\* +ann +upgrade\n$/, listed.errors);
  const since = await ask("maintenance", "list", "--since", "2019-12-31", "--json");
  deepStrictEqual(jsonLines(since.output).map(({ from }) => from), [
    ...[1_577_836_800_000_000, jsonLines(since.output)[1]!.from],
  ]);
  match((await ask("alerts", "silence", "list")).output, / 1 h {2}team:shop /);
  for (const [end, id] of [["maintenance", added], ["alerts", silence]] as const) {
    const command = end === "alerts" ? ["alerts", "silence", "end"] : ["maintenance", "end"];
    const ended = await ask(...command, id.output.trim());
    strictEqual(ended.output, `Ended ${id.output.trim()} (upgrade)\n`, ended.errors);
    strictEqual((await ask(...command, id.output.trim())).code, EXIT_NOT_UP);
  }
  strictEqual((await ask("alerts", "silence", "list")).errors, "No silences\n");
}

Deno.test("sitemon alerts and maintenance ask the store of sitemon run", async () => {
  await using made = await MadeStore.create();
  const parts = await openStore({ kind: "sqlite", path: made.path }, { clock });
  await fill(parts.alertStore());
  using folder = new TempFolder();
  const config = folder.write("sitemon.yaml", `store: {path: "${made.path}"}\n`);
  await asks(config);
  await mutes(config);
});

postgresTest("sitemon alerts and maintenance ask PostgreSQL", async (opened) => {
  await fill(opened.parts.alertStore());
  const { host, port, user, password, database, schema } = opened.options;
  const address = { host, port, user, password, db: database, schema };
  using folder = new TempFolder();
  const config = folder.write("sitemon.yaml", `postgres: ${JSON.stringify(address)}\n`);
  await asks(config);
  await mutes(config);
});
