import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/runtime/time_units.ts";
import { within } from "../support/waiting.ts";
import { EVIL, EVIL_REPORT } from "./evil_report.ts";
import type { Making } from "./made_reports.ts";
import { MadeStore } from "./made_store.ts";

const [EVIL_NAME, EVIL_TEXT] = [EVIL_REPORT.site, EVIL].map(encodeURIComponent);
const EVIL_PATHS = [
  "/",
  `/?q=${EVIL_TEXT}`,
  `/?by=${EVIL_TEXT}&in=${EVIL_TEXT}&show=all&page=-1`,
  `/sites/${EVIL_NAME}`,
  `/sites/${EVIL_NAME}.atom`,
  `/badge/${EVIL_NAME}.svg`,
  `/badge/${EVIL_TEXT}.svg`,
  "/api/status",
  `/api/sites/${EVIL_NAME}`,
  `/api/sites/${EVIL_NAME}/reports`,
  "/api/openapi.json",
  "/incidents",
  "/history",
  `/sites/${EVIL_NAME}/figures`,
];

const NO_SUCH_NAME = { outcome: "down", reason: "dns", error_text: "no such name" } as const;

function includesAll(text: string, parts: readonly string[]): void {
  for (const part of parts) ok(text.includes(part), `${part}\n${text}`);
}

Deno.test("createApp() lets nothing that a site controls become markup", async () => {
  await using made = await MadeStore.create();
  await made.add({ ...EVIL_REPORT, agoMs: 2 * HOUR_MS }, { ...EVIL_REPORT, outcome: "degraded" });
  const { text: list } = await made.get("/incidents");
  const [, incident] = /href="\.(\/incidents\/[^"]+)"/.exec(list)!;
  for (const path of [...EVIL_PATHS, incident!]) {
    const { response: { status, headers }, text } = await made.get(path);
    strictEqual(status, 200, `${path}\n${text}`);
    match(headers.get("content-security-policy")!, /^default-src 'none'; script-src 'self'/);
    strictEqual(headers.get("x-content-type-options"), "nosniff");
    if (headers.get("content-type")!.startsWith("application/json")) continue;
    for (
      const evil of ["<script>evil", "<img", "<svg onload", 'href="javascript', "</pre></script>"]
    ) {
      ok(!text.includes(evil), `${path}: ${evil}\n${text}`);
    }
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    if (text.startsWith("<?xml")) ok(!/[\u0000-\u0008]/.test(text), text);
  }
});

Deno.test("createApp() shows outcome, reason, uptime and age of every site in words", async () => {
  await using made = await MadeStore.create();
  await made.add(
    { site: "shop", labels: { team: "web" }, agoMs: 5_000 },
    { site: "blog", labels: { team: "web" }, agoMs: 4_000, response_code: null, ...NO_SUCH_NAME },
    { site: "old", agoMs: HOUR_MS },
  );
  const { text } = await made.get("/");
  match(text, /<title>1 of 3 sites is down · Status<\/title>/);
  match(text, /<h1[^>]*>1 of 3 sites is down<\/h1>/);
  const counts = [...text.matchAll(/<a href="\.\/\?by=team&amp;state=(\w+)"[^>]*>(.*?)<\/a>/gs)];
  deepStrictEqual(counts.map(([, state, words]) => `${state}: ${words}`), [
    "down: 1 down",
    "stale: 1 stale",
    "up: 1 up",
  ]);
  ok(text.indexOf(">blog<") < text.indexOf(">shop<"));
  includesAll(text, [
    "DNS lookup failed",
    "no such name",
    "</span>Down</span>",
    "</span>Stale</span>",
    "Last known: up",
    "No recent result",
    "Without team",
    "90 days",
  ]);
});

Deno.test("createApp() shows a site with its changes, failures, phases and certificate", async () => {
  await using made = await MadeStore.create();
  const shop: Making = { site: "http://shop.example/?a=1", location: "here" };
  const failure: Making = { outcome: "down", reason: "status", error_text: "status is 500" };
  const failures = [failure.error_text!, "no Welcome"];
  const certificate_expires_at = (Date.now() + 3.5 * DAY_MS) * 1_000;
  await made.add(
    { ...shop, agoMs: 3 * HOUR_MS },
    { ...shop, agoMs: HOUR_MS, ...failure, failures, snippet: "<h1>Oh no</h1>" },
    { ...shop, agoMs: 1_000, certificate_expires_at, certificate_issuer: "CN=Example CA" },
    { ...shop, location: "there" },
  );
  const { text } = await made.get(`/sites/${encodeURIComponent(shop.site!)}?location=here&days=1`);
  includesAll(text, [
    "expires in 3 days",
    "CN=Example CA",
    "&lt;h1&gt;Oh no&lt;/h1&gt;",
    "<li><bdi>no Welcome</bdi></li>",
    "Unexpected status",
    "Name lookup",
    'aria-current="page">24 hours',
    'location=there"',
  ]);
  // The newest check that failed, and once more among the latest checks.
  strictEqual(text.split("status is 500").length - 1, 2);
  const missing = await made.get(`/sites/${encodeURIComponent(shop.site!)}?location=nowhere`);
  strictEqual(missing.response.status, 404);
});

Deno.test("createApp() gives feeds and badges of a site", async () => {
  await using made = await MadeStore.create();
  await made.add(
    { site: "a b", agoMs: 2 * HOUR_MS },
    { site: "a b", agoMs: HOUR_MS, outcome: "down", reason: "timeout" },
    { site: "a b", agoMs: 1_000 },
  );
  const feed = await made.get("/sites/a%20b.atom");
  strictEqual(feed.response.headers.get("content-type"), "application/atom+xml; charset=utf-8");
  const titles = [...feed.text.matchAll(/<title>(.*?)<\/title>/g)].map(([, title]) => title);
  deepStrictEqual(titles, ["a b · Status", "a b is up", "a b is down", "a b is up"]);
  match(feed.text, /^<\?xml version="1\.0"/);
  match(feed.text, /after up\. Response timed out/);
  const links = [...feed.text.matchAll(/<link rel="alternate" href="http:\/\/[^/]*(\/[^"]*)"/g)]
    .map(([, to]) => to!);
  strictEqual(links.filter((link) => link.startsWith("/incidents/")).length, 2);
  for (const link of links) {
    const { response, text } = await made.get(link);
    strictEqual(response.status, 200, link);
    ok(text.includes("Response timed out"), link);
  }
  const badge = await made.get("/badge/a%20b.svg");
  strictEqual(badge.response.headers.get("content-type"), "image/svg+xml");
  match(badge.text, /^<svg xmlns/);
  match(badge.text, /aria-label="a b: up"/);
  match((await made.get("/badge/none.svg")).text, /none: unknown/);
});

Deno.test("createApp() gives each incident a page, and lists them all", async () => {
  await using made = await MadeStore.create();
  const failure: Making = { outcome: "down", reason: "status", response_code: 500 };
  await made.add(
    { site: "shop", agoMs: 3 * HOUR_MS },
    { site: "shop", agoMs: 2 * HOUR_MS, ...failure, snippet: "<h1>Oh no</h1>" },
    { site: "shop", agoMs: HOUR_MS },
    { site: "blog", agoMs: 1_000, ...NO_SUCH_NAME },
    { site: "old", agoMs: 9 * DAY_MS, ...NO_SUCH_NAME },
    { site: "old", agoMs: 8 * DAY_MS },
  );
  const { text } = await made.get("/incidents");
  const links = [...text.matchAll(/href="\.(\/incidents\/[^"]+)"/g)].map(([, to]) => to!);
  strictEqual(links.length, 2);
  includesAll(text, [
    "DNS lookup failed",
    "Unexpected status",
    "ongoing",
    'aria-current="page">7 days',
  ]);
  ok(!text.includes("old"));
  includesAll((await made.get("/incidents?days=30")).text, [">old<"]);
  match((await made.get("/sites/old?days=1")).text, /DNS lookup failed<\/a>/);
  const page = await made.get(links[1]!);
  includesAll(page.text, [
    "shop: Unexpected status",
    "&lt;h1&gt;Oh no&lt;/h1&gt;",
    "</span>Down</span>",
    "</span>Up</span>",
    "<dt>Ended</dt>",
  ]);
  ok((await made.get("/sites/shop")).text.includes(`href="..${links[1]}"`));
  includesAll((await made.get(links[0]!)).text, ["not yet", "no such name"]);
});

Deno.test("createApp() has a page of each month, with uptimes and incidents", async () => {
  await using made = await MadeStore.create();
  const hour = { next_check_ms: HOUR_MS };
  // Two hours of the same day, whatever the time is.
  const noonMs = (Math.floor(Date.now() / DAY_MS) - 40) * DAY_MS + 12 * HOUR_MS;
  await made.add(
    { site: "shop", agoMs: Date.now() - noonMs, ...hour, ...NO_SUCH_NAME },
    { site: "shop", agoMs: Date.now() - noonMs - HOUR_MS, ...hour },
    { site: "shop", agoMs: HOUR_MS, location: "fra", ...hour },
  );
  const month = new Date(noonMs).toISOString().slice(0, 7);
  const { text } = await made.get(`/history?month=${month}`);
  includesAll(text, [
    `<h1>History of ${month}</h1>`,
    "50.00 % of the 2 h known",
    "<td>60 min</td>",
  ]);
  includesAll(text, ["DNS lookup failed", "<bdi>default</bdi>", `aria-current="page">${month}`]);
  const now = await made.get("/history");
  includesAll(now.text, ["No site was down or degraded in this month."]);
  strictEqual(now.text.match(/history\?month=/g)!.length, 13);
  includesAll((await made.get("/sites/shop/figures?location=default")).text, [
    `<th scope="row">${month}</th>`,
    "Month by month",
  ]);
  for (const month of ["2026-13", "1999-01", "x"]) {
    strictEqual((await made.get(`/history?month=${month}`)).response.status, 404, month);
  }
});

Deno.test("createApp() has the figures of a site on a page of their own", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "a/b", agoMs: 2 * HOUR_MS }, { site: "a/b", agoMs: 1_000 });
  const { text } = await made.get("/sites/a~2Fb?days=90");
  const links = [...text.matchAll(/<p><a href="([^"]+\/figures[^"]+)#(\w+)"/g)];
  deepStrictEqual(links.map(([, , id]) => id), ["days", "latency"]);
  for (const [, link, id] of links) {
    const figures = await made.get(`/sites/${link!.replaceAll("&amp;", "&")}`);
    strictEqual(figures.response.status, 200);
    match(figures.text, new RegExp(`<div id="${id}">\\s*<div class="scroll"`));
    includesAll(figures.text, ["Response times by day", "90 days", 'href="../../assets/page.css"']);
  }
});

Deno.test("createApp() shows a site with several locations as one", async () => {
  await using made = await MadeStore.create();
  const down = { site: "shop", outcome: "down", reason: "timeout" } as const;
  await made.add(
    ...["fra", "gru", "iad"].map((location) => ({ site: "shop", location, agoMs: 9_000 })),
    { ...down, location: "gru", agoMs: 6_000 },
    { ...down, location: "iad", agoMs: 5_000 },
    { site: "shop", location: "gru", agoMs: 1_000 },
  );
  const { text } = await made.get("/");
  match(text, /<h1[^>]*>The site is down in part<\/h1>/);
  strictEqual(text.match(/<li class="site /g)!.length, 1);
  const strip = /<p class="strip">(.*?)<\/p>/s.exec(text)![1]!.replaceAll(/<[^>]*>/g, "");
  strictEqual(strip.replaceAll(/\s+/g, " ").trim(), "✓ fra: up ✓ gru: up ✕ iad: down");
  const page = await made.get("/sites/shop");
  match(page.text, /data-location="iad"/);
  match((await made.get("/badge/shop.svg")).text, /aria-label="shop: down in part"/);
  const { text: feed } = await made.get("/sites/shop.atom");
  const changes = [...feed.matchAll(/<content type="text">(.*?)<\/content>/g)].map(([, to]) => to);
  deepStrictEqual(changes, [
    "shop is down in part, after up, seen from gru. Response timed out",
    "shop is up, seen from fra",
  ]);
  const { sites: [site] } = JSON.parse((await made.get("/api/status")).text);
  deepStrictEqual([site.site, site.state, site.in_part], ["shop", "down", true]);
  deepStrictEqual(site.locations.map(({ outcome }: { outcome: string }) => outcome), [
    ...["up", "up", "down"],
  ]);
});

Deno.test("createApp() knows a site whose name ends as a feed does", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "x.atom", agoMs: 1_000 });
  const { response } = await made.get("/sites/x.atom");
  match(response.headers.get("content-type")!, /text\/html/);
});

Deno.test("createApp() answers 404 to what is not there", async () => {
  await using made = await MadeStore.create();
  const none = ["/none", "/sites/none", "/sites/none.atom", "/sites/none/figures", "/assets/none"];
  for (const path of [...none, "/incidents/none", `/incidents/0-${"0".repeat(12)}`]) {
    const { response, text } = await made.get(path);
    strictEqual(response.status, 404, path);
    match(text, /Not found/, path);
  }
  const { response, text } = await made.get("/api/none");
  const [title, detail] = ["Not found", "No such site or page."];
  strictEqual(response.status, 404);
  deepStrictEqual(JSON.parse(text), { type: "about:blank", title, status: 404, detail });
});

Deno.test("createApp() answers 405 to what would write, and names what it takes", async () => {
  await using made = await MadeStore.create();
  for (
    const [method, path] of [["POST", "/"], ["DELETE", "/api/status"], ["PUT", "/none"]] as const
  ) {
    const { status, headers } = await made.app().request(path, { method });
    deepStrictEqual([status, headers.get("allow")], [405, "GET, HEAD"]);
  }
});

Deno.test("createApp() says which group alone is shown", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop", labels: { team: "web" } }, {
    site: "vpn",
    labels: { team: "ops" },
  });
  const { text } = await made.get("/?by=team&in=ops");
  match(text, /<p class="filter">\s*<bdi>team<\/bdi>: <strong><bdi>ops<\/bdi><\/strong>/);
  match(text, /<a href="\.\/\?by=team">Show all groups<\/a>/);
});

Deno.test("createApp() names five causes and a hundred sites of one, and counts the others", async () => {
  await using made = await MadeStore.create();
  const reasons = ["dns", "reset", "timeout", "protocol", "proxy"] as const;
  await made.add(
    ...Array.from({ length: 101 }, (_, index): Making => (
      { site: `s${index}`, outcome: "down", reason: "header" }
    )),
    ...reasons.map((reason): Making => ({ site: reason, agoMs: 2_000, outcome: "down", reason })),
  );
  const [, causes] = /<ul class="causes">([^]*?)<\/section>/.exec((await made.get("/")).text)!;
  match(causes!, /<li>and 1 other cause<\/li>/);
  match(causes!, /Unexpected header: 101 sites/);
  match(causes!, /<li>and 1 more<\/li>/);
  strictEqual(causes!.match(/<a /g)!.length, 100 + 4);
});

Deno.test("createApp() says how little is known of a new site", async () => {
  await using made = await MadeStore.create();
  const minute = 60_000;
  await made.add(
    ...[2, 1, 0].map((ago) => ({ site: "shop", agoMs: ago * minute, next_check_ms: minute })),
  );
  const { text } = await made.get("/sites/shop");
  match(text, /100 % <small>of the \d+ (s|min) known<\/small>/);
  match((await made.get("/")).text, /<span>100 % of the \d+ (s|min) known/);
  match((await made.get("/badge/shop.svg")).text, /shop: up"/);
});

Deno.test("createApp() serves every file that its pages name", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop", agoMs: 1_000 });
  const pages = [(await made.get("/")).text, (await made.get("/sites/shop")).text].join();
  const files = new Set(
    [...pages.matchAll(/(?:src|href)="\.\.?(\/assets\/[^"]+)"/g)].map(([, to]) => to!),
  );
  strictEqual(files.size, 6);
  for (const file of files) {
    const { response, text } = await made.get(file);
    strictEqual(response.status, 200, file);
    ok(text.length > 100, file);
    match(response.headers.get("content-type")!, /^(text\/(css|javascript)|image\/svg\+xml)/);
  }
});

Deno.test("createApp() tells a page of a site that went down, by an event", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop", agoMs: 10_000 });
  await made.cache.refresh();
  const response = await made.app().request("/events");
  strictEqual(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const event = async () => {
    for (;;) {
      const { value } = await within(60_000, "an event", reader.read());
      if (value!.startsWith("data: ")) return JSON.parse(value!.slice("data: ".length));
    }
  };
  await made.add({ site: "shop", agoMs: 5_000 });
  await made.cache.refresh();
  const calm = await event();
  deepStrictEqual([calm.news, calm.reload, calm.checked.length], [[], false, 1]);
  await made.add({ site: "shop", outcome: "down", reason: "dns" });
  await made.cache.refresh();
  const { news, reload } = await event();
  deepStrictEqual([news, reload], [["shop is down"], true]);
  await reader.cancel();
  strictEqual(made.cache.watcherCount, 0);
});

Deno.test("createApp() shows what it knew, and that it is old, when the store is gone", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop", agoMs: 1_000 });
  await made.get("/");
  const show = await made.hide();
  await made.cache.refresh();
  const { response, text } = await made.get("/");
  strictEqual(response.status, 200);
  match(text, /Data may be out of date/);
  match(text, /<section class="verdict stale">\s*<h1[^>]*>Last known: The site is up</);
  match(text, />shop</);
  strictEqual(made.telemetry.states.get("store")!.ok, false);
  ok(JSON.parse((await made.get("/api/status")).text).old_since > 0);
  strictEqual((await made.get("/sites/shop")).response.status, 503);
  match((await made.get("/badge/shop.svg")).text, /shop: unknown/);
  await show();
  await made.cache.refresh();
  ok(!(await made.get("/")).text.includes("Data may be out of date"));
  deepStrictEqual(made.telemetry.states.get("store"), { ok: true });
});

Deno.test("createApp() says when a certificate expires or expired", async () => {
  await using made = await MadeStore.create();
  const table: [number, string][] = [
    [-2.5, "expired 2 days ago"],
    [-1.2, "expired 1 day ago"],
    [-0.5, "expired less than a day ago"],
    [0.5, "expires in less than a day"],
    [1.5, "expires in 1 day"],
    [30.5, "expires in 30 days"],
  ];
  const expiring = (days: number) => ({
    certificate_expires_at: (Date.now() + days * DAY_MS) * 1_000,
  });
  await made.add(...table.map(([days, site]) => ({ site, ...expiring(days) })));
  for (const [days, words] of table) {
    const { text } = await made.get(`/sites/${words}`);
    ok(text.includes(`${words} <small>`), words);
    strictEqual(text.includes('class="soon"'), days < 14);
  }
});

Deno.test("page, API and feed of a site take it for as bad as its quorum does", async () => {
  const report = { site: "shop", next_check_ms: 10 * MINUTE_MS };
  for (const [count, state, lead] of [[1, "down", "fra"], [2, "up", "gru"]] as const) {
    await using made = await MadeStore.create({ quorums: [{ count }] });
    await made.add(
      ...["fra", "gru", "iad"].map((location) => ({ ...report, location, agoMs: 90_000 })),
      { ...report, location: "fra", agoMs: 60_000, outcome: "down", reason: "dns" },
    );
    const at = (Date.now() - 1_000) * 1_000;
    const states = ["/api/sites/shop", `/api/status?at=${at}`].map(async (path) => {
      const found = JSON.parse((await made.get(path)).text);
      return (found.sites?.[0] ?? found).state;
    });
    deepStrictEqual(await Promise.all(states), [state, state]);
    const { text } = await made.get("/sites/shop");
    strictEqual(/data-location="(.*?)"/.exec(text)?.[1], lead);
    const feed = await made.get("/sites/shop.atom");
    strictEqual(/<title>shop is down in part</.test(feed.text), state === "down", feed.text);
  }
});
