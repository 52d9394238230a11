// The page as a reader sees it: in Chromium, of a sitemon that runs.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { DAY_MS, HOUR_MS } from "../../src/runtime/time_units.ts";
import { PostgresStore } from "../../src/status/postgres/postgres_store.ts";
import { aReport } from "../contract/site_reports.ts";
import { SitemonProcess } from "../support/sitemon_process.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { openSession, ownSchema } from "../status/postgres/opened_store.ts";
import { EVIL, EVIL_REPORT } from "../web/evil_report.ts";
import { madePast } from "../web/made_past.ts";
import type { Making } from "../web/made_reports.ts";
import { MadeStore } from "../web/made_store.ts";
import { browserTest, closeBrowser } from "./chromium.ts";
import { RunningPage } from "./running_page.ts";
import { servedStore } from "./served_store.ts";

/** Pixels of a small telephone. */
const NARROW = 360;

let pastStore: Promise<MadeStore> | undefined;

Deno.test.afterAll(async () => {
  await closeBrowser();
  await (await pastStore)?.[Symbol.asyncDispose]();
});

browserTest(
  "the page shows that a site went down and recovered, without a reload",
  async (visit) => {
    await using running = new RunningPage(visit);
    const address = await running.address();
    await visit.open(address);
    await visit.sees("1 of 3 sites is down");
    await visit.sees("Connection refused");
    running.isBroken = true;
    await visit.sees("3 of 3 sites are down");
    strictEqual(await visit.page.title(), "3 of 3 sites are down · Example Inc.");
    strictEqual(await visit.ask("document.querySelector('.search button').clientWidth"), 0);
    await visit.sees("Unexpected status");
    await visit.until(`/(shop|docs) is down/.test(document.querySelector("#news").textContent)`);
    deepStrictEqual(await visit.violations(), []);
    await visit.screenshot("run-down");
    running.isBroken = false;
    await visit.sees("1 of 3 sites is down");
  },
);

/** A store with the past of a handful of sites, for all tests that only look at it. */
function withPast(): Promise<MadeStore> {
  return pastStore ??= MadeStore.create().then(async (made) => {
    await history(made);
    return made;
  });
}

const BODY_ERROR = 'The body must match "Latest posts": it does not';
const BODY_FAILURE: Making = {
  outcome: "down",
  reason: "body",
  error_text: BODY_ERROR,
  failures: [BODY_ERROR],
  snippet: "<!doctype html>\n<h1>Error establishing a database connection</h1>",
  final_url: "https://blog.example.org/",
};
/** What the newest reports of each site have of their own, the oldest first. */
const NEWEST: Readonly<Record<string, readonly Making[]>> = {
  shop: [{}],
  checkout: [{}],
  blog: [{ ...BODY_FAILURE, agoMs: 200_000 }, BODY_FAILURE],
  search: [{ outcome: "degraded", reason: "slow" }],
  vpn: [{ agoMs: 400_000, next_check_ms: 60_000 }],
  mail: [{}],
};

/** Ninety days, and how it is now. */
async function history(made: MadeStore): Promise<void> {
  const sites = Object.keys(NEWEST).map((site) => ({
    site,
    url: `https://${site}.example.org/`,
    labels: { team: ["mail", "vpn"].includes(site) ? "ops" : "web" },
  }));
  await made.add(...madePast(sites));
  const timings = { dns: 412, connect: 10_250, tls: 23_800, first_byte: 56_400, transfer: 5_200 };
  const certificate_expires_at = (Date.now() + 63 * DAY_MS) * 1_000;
  const certificate_issuer = "CN=R11,O=Let's Encrypt,C=US";
  const all = {
    agoMs: 4_000,
    next_check_ms: HOUR_MS,
    timings,
    certificate_expires_at,
    certificate_issuer,
  };
  for (const site of sites) {
    await made.add(...NEWEST[site.site]!.map((own) => ({ ...all, ...site, ...own })));
  }
}

for (const colors of ["light", "dark"] as const) {
  browserTest(`the pages have no violation that axe-core knows, ${colors}`, async (visit) => {
    await using server = servedStore(await withPast(), visit);
    await visit.look(1280, 900, colors);
    await visit.open(server.address);
    await visit.sees("1 of 6 sites is down");
    await visit.sees("Live");
    deepStrictEqual(await visit.violations(), []);
    await visit.screenshot(`overview-${colors}`);
    const bars = await (await visit.page.$(".site.down .bars"))!.boundingBox();
    await visit.page.mouse.move(bars!.x + bars!.width - 1, bars!.y + 5);
    const today = new Date().toISOString().slice(0, 10);
    const told = await visit.page.$eval(".day title", (title) => title.textContent);
    strictEqual(told, `${today}: down for 1 % or more`);
    const ground = await visit.ask("getComputedStyle(document.body).backgroundColor");
    strictEqual(ground, colors === "dark" ? "rgb(16, 19, 25)" : "rgb(246, 247, 249)");
    await visit.open(`${server.address}/sites/blog?days=30`);
    await visit.page.waitForSelector(".chart canvas");
    deepStrictEqual(await visit.violations(), []);
    await visit.screenshot(`site-${colors}`);
  });
}

browserTest("the pages fit on a narrow screen", async (visit) => {
  await using server = servedStore(await withPast(), visit);
  await visit.look(NARROW, 740);
  for (const path of ["/", "/sites/blog", "/none"]) {
    await visit.open(server.address + path);
    const width = await visit.ask<number>("document.documentElement.scrollWidth");
    ok(width <= NARROW, `${path}: ${width}`);
    deepStrictEqual(await visit.violations(), []);
    // Words have room: a column of single letters would fit too.
    const taller = await visit.page.$$eval(".events td", (cells) => {
      return cells.filter(({ clientHeight, clientWidth }) => clientHeight > clientWidth)
        .map(({ textContent }) => textContent);
    });
    deepStrictEqual(taller, []);
    if (path !== "/none") await visit.screenshot(path === "/" ? "narrow" : "narrow-site");
    // The browser reports every page that is not there.
    else visit.complaints.length = 0;
  }
});

browserTest(
  "a site with several locations is one row, and its page opens the worst",
  async (visit) => {
    await using made = await MadeStore.create();
    const up = ["fra", "gru", "iad"].map((location) => ({ site: "shop", location, agoMs: 9_000 }));
    await made.add(...up, { site: "shop", location: "gru", outcome: "down", reason: "timeout" });
    await using server = servedStore(made, visit);
    await visit.open(server.address);
    await visit.sees("Down in part");
    deepStrictEqual(await visit.violations(), []);
    await visit.screenshot("locations");
    await Promise.all([visit.page.waitForNavigation(), visit.page.click(".site h3 a")]);
    const tab = await visit.page.$eval(".tabs [aria-current]", (link) => link.textContent);
    strictEqual(tab?.replaceAll(/\s+/g, " ").trim(), "✕ gru: down");
    deepStrictEqual(await visit.violations(), []);
  },
);

browserTest("more than 20 rows take a line each, until full ones are asked for", async (visit) => {
  await using made = await MadeStore.create();
  const down = { outcome: "down", reason: "status", response_code: 500 } as const;
  await made.add(...Array.from({ length: 21 }, (_, index): Making => (
    { site: `site-${index}`, agoMs: 1_000, ...(index < 2 ? down : {}) }
  )));
  await using server = servedStore(made, visit);
  await visit.open(server.address);
  await visit.sees("Unexpected status 500: 2 sites");
  const tallest =
    `Math.max(...[...document.querySelectorAll(".site")].map((row) => row.clientHeight))`;
  ok(await visit.ask<number>(tallest) < 40);
  deepStrictEqual(await visit.violations(), []);
  await visit.screenshot("compact");
  await Promise.all([visit.page.waitForNavigation(), visit.page.click(".rows a[href*=full]")]);
  ok(await visit.ask<number>(tallest) > 60);
});

browserTest("the page finds one of a thousand sites while one types", async (visit) => {
  await using made = await MadeStore.create();
  await made.add(...Array.from({ length: 1_000 }, (_, index): Making => ({
    site: `site-${`${index}`.padStart(4, "0")}`,
    labels: { team: `team ${index % 8}` },
    next_check_ms: 60_000,
    agoMs: 2_000,
    ...(index % 400 === 7 ? { outcome: "down", reason: "timeout" } : {}),
  })));
  await using server = servedStore(made, visit);
  await visit.open(server.address);
  await visit.sees("3 of 1000 sites are down");
  strictEqual(await visit.page.$$eval(".site", (rows) => rows.length), 3);
  await visit.screenshot("thousand");
  await visit.page.type("input[name=q]", "0123");
  await visit.until(
    `[...document.querySelectorAll(".site h3")].map((one) => one.innerText).join() === "site-0123"`,
  );
  const focused = await visit.ask(`document.activeElement.getAttribute("name")`);
  strictEqual(focused, "q");
  ok(visit.page.url().endsWith("q=0123&by=team"), visit.page.url());
  await Promise.all([visit.page.waitForNavigation(), visit.page.click(".states a[href*=down]")]);
  strictEqual(await visit.page.$$eval(".site.down", (rows) => rows.length), 3);
  strictEqual(await visit.page.$$eval(".group", (groups) => groups.length), 1);
  deepStrictEqual(await visit.violations(), []);
});

browserTest("the page of a site says so, while its status cannot be read", async (visit) => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop", agoMs: 1_000 });
  await using server = servedStore(made, visit);
  await visit.open(`${server.address}/sites/shop`);
  await visit.sees("Live");
  const show = await made.hide();
  await visit.sees("The status cannot be read");
  await show();
  await visit.sees("Live");
  // The browser reports every answer that is none.
  visit.complaints.length = 0;
});

browserTest("sitemon web shows what PostgreSQL keeps, as it comes", async (visit) => {
  const connection = ownSchema();
  const store = new PostgresStore({ connection });
  await store.migrate();
  let sequence = 0;
  const add = async (report: Making) => {
    const recorded_at = Date.now() * 1_000;
    const next_check_ms = 60_000;
    const reports = [aReport({ ...report, sequence: ++sequence, recorded_at, next_check_ms })];
    await store.apply({ reports, gaps: [], deadLetters: [] });
  };
  await add({ site: "shop" });
  await add({ site: "blog" });
  using folder = new TempFolder();
  const { host, port, user, password, database, schema } = connection;
  const path = folder.write(
    "sitemon.yaml",
    `log: { format: json }
web: { listen: 127.0.0.1:0, title: Example Inc. }
postgres: { host: ${host}, port: ${port}, user: ${user}, password: '${password}', db: ${database}, schema: ${schema} }
`,
  );
  await using sitemon = new SitemonProcess(["web", "-c", path]);
  const address = await sitemon.pageAddress();
  await visit.open(address);
  await visit.sees("All 2 sites are up");
  await visit.sees("Live");
  await add({ site: "shop", outcome: "down", reason: "timeout", snippet: "<b>Too late</b>" });
  await visit.sees("1 of 2 sites is down");
  await visit.open(`${address}/sites/shop`);
  await visit.sees("<b>Too late</b>");
  await visit.page.waitForSelector(".chart canvas");
  await visit.screenshot("postgres-site");
  await visit.leave();
  strictEqual(await sitemon.stop(), 0);
  await store.close();
  await using session = await openSession(connection);
  await session.query(`DROP SCHEMA ${schema} CASCADE`);
}, "postgres");

browserTest("the page searches, opens a site and reads it without JavaScript", async (visit) => {
  await using server = servedStore(await withPast(), visit);
  await visit.page.setJavaScriptEnabled(false);
  await visit.open(server.address);
  await visit.page.type("input[name=q]", "blog");
  await Promise.all([visit.page.waitForNavigation(), visit.page.keyboard.press("Enter")]);
  const links = await visit.page.$$eval(".site h3 a", (all) => all.map((one) => one.textContent));
  deepStrictEqual(links.map((link) => link?.trim()), ["blog"]);
  await Promise.all([visit.page.waitForNavigation(), visit.page.click(".site h3 a")]);
  ok(await visit.page.$(".chart svg .line"));
  await visit.screenshot("without-javascript");
});

browserTest("the page can be used by keyboard alone", async (visit) => {
  await using server = servedStore(await withPast(), visit);
  await visit.open(server.address);
  await visit.page.keyboard.press("Tab");
  strictEqual(await visit.ask("document.activeElement.className"), "skip");
  await visit.page.keyboard.press("Enter");
  strictEqual(await visit.ask("document.activeElement.id"), "content");
  for (let presses = 0; presses < 20; presses++) {
    await visit.page.keyboard.press("Tab");
    const isLink = await visit.ask(`document.activeElement.matches(".site a")`);
    if (isLink) break;
  }
  await Promise.all([visit.page.waitForNavigation(), visit.page.keyboard.press("Enter")]);
  ok(visit.page.url().includes("/sites/"), visit.page.url());
});

browserTest("the pages run nothing that a site wrote, and its feed is XML", async (visit) => {
  await using made = await MadeStore.create();
  await made.add({ ...EVIL_REPORT, agoMs: 5_000 });
  await using server = servedStore(made, visit);
  const page = `${server.address}/sites/${encodeURIComponent(EVIL_REPORT.site)}`;
  for (const address of [server.address, page]) {
    await visit.open(address);
    await visit.sees("<script>evil()");
    await made.add({ ...EVIL_REPORT, outcome: "degraded", error_text: `${EVIL} again` });
    await visit.sees("again");
    await made.add(EVIL_REPORT);
    await visit.sees("Down");
    strictEqual(await visit.page.$$eval("img, main script", (all) => all.length), 0);
  }
  const feed = await (await fetch(`${page}.atom`)).text();
  const errors = await visit.ask(
    `new DOMParser().parseFromString(${JSON.stringify(feed)}, "application/xml")
      .querySelectorAll("parsererror").length`,
  );
  strictEqual(errors, 0, feed);
});
