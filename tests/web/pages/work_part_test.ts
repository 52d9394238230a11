import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { DAY_MS, HOUR_MS } from "../../../src/runtime/time_units.ts";
import type { Mute } from "../../../src/status/alert_store.ts";
import { WORK_ANNOUNCED_MS } from "../../../src/status/planned_work.ts";
import { aMute } from "../../contract/some_alerts.ts";
import { EVIL } from "../evil_report.ts";
import { MadeStore } from "../made_store.ts";

async function plan(made: MadeStore, inMs: number, overrides: Partial<Mute> = {}): Promise<void> {
  const from = new Date(Date.now() + inMs);
  const until = new Date(from.getTime() + HOUR_MS);
  const one = {
    kind: "maintenance",
    from,
    until,
    reason: `work in ${inMs}`,
    ...overrides,
  } as const;
  await made.records.putMute(aMute(one.reason, one));
}

/** The texts of announcements, and the cells of the list. */
async function told(made: MadeStore, path: string) {
  const { text } = await made.get(path);
  const [, list = ""] = /<h2 id="work">([^]*?)<\/section>/.exec(text) ?? [];
  return {
    text,
    notices: [...text.matchAll(/<p class="text">([^]*?)<\/p>/g)].map(([, one]) => one),
    rows: [...list.matchAll(/<tr><td>([^]*?)<\/td>/g)].map(([, one]) =>
      one!.replaceAll(/<[^>]*>/g, "")
    ),
  };
}

Deno.test("a page announces work under way and of the next day, and lists that of thirty", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop-1" }, { site: "blog" });
  await plan(made, -HOUR_MS / 2, { reason: "now", names: null });
  await plan(made, DAY_MS - HOUR_MS, { reason: "soon" });
  await plan(made, DAY_MS + HOUR_MS, { reason: "later", names: ["nobody"] });
  await plan(made, 31 * DAY_MS, { reason: "far" });
  await plan(made, -2 * HOUR_MS, { reason: "past" });
  const { text, notices, rows } = await told(made, "/");
  deepStrictEqual([notices, rows], [["now", "soon"], ["now", "soon", "later"]]);
  ok(text.indexOf(">soon<") < text.indexOf("<h1"), "above the verdict");
  match(text, /Planned maintenance[^<]*: <bdi>shop-1<\/bdi>/);
  deepStrictEqual((await told(made, "/sites/shop-1")).notices, ["now", "soon"]);
  deepStrictEqual((await told(made, "/sites/blog")).notices, ["now"]);
});

Deno.test("a page says nothing of planned work, when there is none", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop" });
  await made.records.putMute(aMute("silent", { reason: "a silence" }));
  const { text } = await told(made, "/");
  ok(!/notices|Planned|a silence/.test(text), text);
});

Deno.test("a page names five sites, announces five works and lists fifty", async () => {
  await using made = await MadeStore.create();
  await made.add(...Array.from({ length: 12 }, (_, index) => ({ site: `shop-${index}` })));
  for (let hour = 0; hour <= 50; hour++) await plan(made, HOUR_MS / 2 + hour);
  const { text, notices, rows } = await told(made, "/");
  deepStrictEqual([notices.length, rows.length], [5, 50]);
  match(text, /<summary>42 later<\/summary>/);
  match(text, /Only the first 50 are listed/);
  match(text, /shop-2, \+7<\/bdi>/);
});

Deno.test("the feed of all sites has work that is announced, as of its announcement", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop-1" });
  await plan(made, HOUR_MS, { reason: "Bigger <disks>" });
  await plan(made, WORK_ANNOUNCED_MS + HOUR_MS, { reason: "Later" });
  const { text } = await made.get("/feed.atom");
  match(text, /<title>Planned maintenance: Bigger &lt;disks&gt;<\/title>/);
  match(text, /from \S+ \S+ UTC until \S+ \S+ UTC \(shop-1\)/);
  ok(!text.includes("Later"));
  const updated = [...text.matchAll(/<updated>(.*?)<\/updated>/g)].map(([, at]) => Date.parse(at!));
  ok(updated.every((at) => at <= Date.now()), text);
  const { text: page } = await made.get("/sites/shop-1");
  match(page, /<h2 id="work">/);
});

Deno.test("the name of work is text on every page", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop-1" });
  await plan(made, 0, { reason: EVIL, author: "ann who plans" });
  for (const path of ["/", "/sites/shop-1"]) {
    const { text, notices } = await told(made, path);
    strictEqual(notices.length, 1);
    ok(!/<script>evil|<img|<svg onload|ann who plans/.test(text), text);
  }
});
