// Incidents and figures as a reader finds them: linked, listed, and loaded when they are opened.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { HOUR_MS } from "../../src/runtime/time_units.ts";
import { madePast } from "../web/made_past.ts";
import type { Making } from "../web/made_reports.ts";
import { MadeStore } from "../web/made_store.ts";
import { browserTest, closeBrowser, type Visit } from "./chromium.ts";
import { servedStore } from "./served_store.ts";

/** Of a page of 90 days; with a table of each hour it had 16,900. */
const NODES_MAX = 2_500;
const ROWS = "document.querySelectorAll('#latency tbody tr').length";

Deno.test.afterAll(closeBrowser);

async function withPast(): Promise<MadeStore> {
  const made = await MadeStore.create();
  const sites = ["shop", "blog"].map((site) => ({ site, url: `https://${site}.example.org/` }));
  await made.add(...madePast(sites));
  const failure: Making = { outcome: "down", reason: "timeout", snippet: "<b>Too late</b>" };
  await made.add(...sites.map((site, index): Making => (
    { ...site, agoMs: 9_000, next_check_ms: HOUR_MS, ...(index === 0 ? failure : {}) }
  )));
  return made;
}

/** Follows a link of this page. */
async function follow(visit: Visit, link: string): Promise<void> {
  await Promise.all([visit.page.waitForNavigation(), visit.page.click(link)]);
}

for (const colors of ["light", "dark"] as const) {
  browserTest(`the pages of incidents have no violation, ${colors}`, async (visit) => {
    await using made = await withPast();
    await using server = servedStore(made, visit);
    await visit.look(1280, 900, colors);
    await visit.open(server.address);
    await follow(visit, "header .views a[href*=incidents]");
    await visit.sees("Response timed out");
    await visit.sees("Live");
    deepStrictEqual(await visit.violations(), []);
    await visit.screenshot(`incidents-${colors}`);
    await follow(visit, ".events tbody a[href*=incidents]");
    await visit.sees("<b>Too late</b>");
    await visit.sees("ongoing");
    deepStrictEqual(await visit.violations(), []);
    await visit.screenshot(`incident-${colors}`);
    const incident = visit.page.url();
    await follow(visit, "header .views a[href*=history]");
    await visit.sees("History of");
    deepStrictEqual(await visit.violations(), []);
    await visit.screenshot(`history-${colors}`);
    await visit.open(incident);
    await made.add({ site: "shop", url: "https://shop.example.org/" });
    await visit.until(`!document.querySelector("main").innerText.includes("not yet")`);
  });
}

browserTest("the tables of a site are loaded when they are opened", async (visit) => {
  await using made = await withPast();
  await using server = servedStore(made, visit);
  await visit.open(`${server.address}/sites/shop?days=90`);
  await visit.sees("Live");
  const nodes = await visit.ask<number>("document.querySelectorAll('*').length");
  ok(nodes < NODES_MAX, `${nodes}`);
  strictEqual(await visit.ask(ROWS), 0);
  const summaries = await visit.page.$$("details.loaded summary");
  strictEqual(summaries.length, 2);
  await summaries[1]!.focus();
  await visit.page.keyboard.press("Enter");
  await visit.until(`${ROWS} > 80 && ${ROWS} <= 91`);
  // A change keeps what was opened.
  await made.add({ site: "shop", url: "https://shop.example.org/" });
  await visit.until(`document.querySelector(".sitehead").classList.contains("up")`);
  ok(await visit.ask<number>(ROWS) > 80);
  deepStrictEqual(await visit.violations(), []);
  await visit.screenshot("site-90-days");
});

browserTest(
  "incidents and figures can be read on a telephone without JavaScript",
  async (visit) => {
    await using made = await withPast();
    await using server = servedStore(made, visit);
    await visit.look(360, 740);
    await visit.page.setJavaScriptEnabled(false);
    await visit.open(`${server.address}/sites/shop?days=90`);
    await visit.page.click("details.loaded summary");
    await follow(visit, "details.loaded[open] a");
    ok(visit.page.url().includes("/figures?"), visit.page.url());
    ok((await visit.page.$$("#latency tbody tr")).length > 80);
    await visit.screenshot("figures-narrow");
    await follow(visit, ".crumbs a:last-child");
    await follow(visit, ".events a[href*=incidents]");
    ok((await visit.page.$eval("main", (main) => main.textContent))!.includes("Too late"));
    for (const path of ["/incidents", "/history", "/sites/shop", "/sites/shop/figures?days=90"]) {
      await visit.open(server.address + path);
      const width = await visit.page.$eval("html", (root) => root.scrollWidth);
      ok(width <= 360, `${path}: ${width}`);
    }
    await visit.screenshot("incidents-narrow");
  },
);

browserTest(
  "times are in the page's zone, and a touch tells them in the reader's",
  async (visit) => {
    await using made = await withPast();
    const look = { title: "Example Inc.", timeZone: "Asia/Kolkata" };
    await using server = servedStore(made, visit, { look });
    await visit.page.setViewport({ width: 400, height: 800, hasTouch: true });
    await visit.page.emulateTimezone("America/New_York");
    await visit.open(`${server.address}/sites/shop`);
    await visit.sees("Times are in Asia/Kolkata");
    await visit.sees("Began (Asia/Kolkata)");
    await visit.page.waitForSelector(".chart canvas");
    const { iso, shown } = await visit.page.$eval(".events time", (time) => (
      { iso: time.dateTime, shown: time.innerText }
    ));
    const there = new Date(Date.parse(iso) + 5.5 * HOUR_MS).toISOString();
    strictEqual(shown.replaceAll(/\s+/g, " "), there.slice(0, 19).replace("T", " "));
    await visit.page.tap(".events time");
    const tip = await visit.page.$eval("#tip", (element) => element.textContent);
    ok(tip?.startsWith(`${iso.slice(0, 19).replace("T", " ")} UTC\n`), `${tip}`);
    ok(/ E[SD]T$| GMT-[45]$/.test(tip ?? ""), `${tip}`);
    deepStrictEqual(await visit.violations(), []);
    await visit.screenshot("touched-time");
    await visit.page.tap("h1");
    strictEqual(await visit.page.$eval("#tip", (element) => element.checkVisibility()), false);
  },
);
