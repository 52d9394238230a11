import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { noteWords, siteNotes, workLines } from "../../../src/cli/text/site_notes.ts";
import { DAY_MS, HOUR_MS } from "../../../src/runtime/time_units.ts";
import { type PlannedWork, WORK_ANNOUNCED_MS } from "../../../src/status/planned_work.ts";
import { aMute, anAlert, firing, idOf } from "../../contract/some_alerts.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { MadeStore } from "../../web/made_store.ts";
import { jsonLines, runCommand } from "./fake_terminal.ts";

const NOW = new Date("2026-05-01T12:00:00Z");

function work(inMs: number, sites?: readonly string[]): PlannedWork {
  const from = new Date(NOW.getTime() + inMs);
  const until = new Date(from.getTime() + HOUR_MS);
  return { id: `${inMs}`, name: "Bigger disks", from, until, sites };
}

Deno.test("siteNotes() says who acknowledged the newest open alert, and what is planned now", () => {
  const alerts = [
    anAlert(1, { site: "shop", acked_by: "ann" }),
    anAlert(2, { site: "shop", acked_by: "bob" }),
    anAlert(3, { site: "blog" }),
    anAlert(4, { site: null, location: "fra", acked_by: "cid" }),
  ];
  const noteOf = siteNotes({ alerts, work: [work(0, ["shop"]), work(1), work(-1)] }, NOW);
  strictEqual(noteOf("shop").acknowledged?.acked_by, "ann");
  strictEqual(noteOf("blog").acknowledged, undefined);
  deepStrictEqual(noteOf("shop").work.map(({ id }) => id), ["0", "-1"]);
  deepStrictEqual(noteOf("blog").work.map(({ id }) => id), ["-1"]);
  strictEqual(noteWords(noteOf("shop")), ", acked, maintenance");
  strictEqual(noteWords(siteNotes({ alerts: [], work: [] }, NOW)("shop")), "");
});

Deno.test("workLines() names five works of a day with five sites of each, and counts the rest", () => {
  const names = ["a", "b", "c", "d", "e", "f", "g"];
  deepStrictEqual(workLines([work(-1), work(HOUR_MS, names), work(DAY_MS + 1)], NOW), [
    "planned work until 2026-05-01 12:59:59 UTC: Bigger disks (all sites)",
    "planned work from 2026-05-01 13:00:00 until 2026-05-01 14:00:00 UTC: Bigger disks" +
    " (a, b, c, d, e and 2 more)",
  ]);
  const many = Array.from({ length: 7 }, () => work(WORK_ANNOUNCED_MS, []));
  const lines = workLines(many, NOW);
  strictEqual(lines.length, 6);
  ok(lines[0]!.endsWith("(no site yet)"), lines[0]!);
  strictEqual(lines[5], "and 2 more; sitemon maintenance list");
});

Deno.test("sitemon status says in each form who acknowledged an alert, and what is planned", async () => {
  await using made = await MadeStore.create();
  const trouble = { outcome: "down", reason: "dns" } as const;
  await made.add({ site: "shop-1", ...trouble }, { site: "blog" });
  await made.decide(firing(anAlert(1)));
  await made.records.acknowledge(idOf(1), "ann", "on\x1b[2J it");
  await made.records.putMute(aMute("work", { kind: "maintenance", names: ["shop-*"] }));
  using folder = new TempFolder();
  const config = folder.write("run.yaml", `store: { path: ${made.path} }\n`);
  const status = (...args: string[]) => runCommand("status", "-c", config, ...args);
  const rows = (await status()).output.split("\n");
  ok(rows.some((row) => /^shop-1 +down, acked, maintenance /.test(row)), rows.join("\n"));
  ok(rows.some((row) => /^blog +up /.test(row)), rows.join("\n"));
  const story = (await status("--site", "shop-1")).output;
  ok(/^acked +by ann .*: on.*it$/m.test(story), story);
  ok(/^work +until .* UTC: /m.test(story), story);
  ok(!story.includes("\x1b"));
  const [blog, shop] = jsonLines((await status("--json")).output)
    .toSorted((a, b) => `${a.site}`.localeCompare(`${b.site}`));
  deepStrictEqual([blog!.acked_by, blog!.maintenance], [null, []]);
  strictEqual(shop!.acked_by, "ann");
  strictEqual(typeof shop!.acked_at, "number");
  strictEqual((shop!.maintenance as readonly unknown[]).length, 1);
});
