// A public page tells everybody names, states, uptime, incidents and announcements, and nothing else.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/runtime/time_units.ts";
import { FIELD_NAMES } from "../../../src/report/fields.ts";
import { INCIDENTS_LISTED_MAX } from "../../../src/status/queries.ts";
import type { Look } from "../../../src/web/look.ts";
import type { PublicSite } from "../../../src/runtime/public_page.ts";
import { aMute, anAlert, attempt, firing, idOf } from "../../contract/some_alerts.ts";
import { within } from "../../support/waiting.ts";
import type { Making } from "../made_reports.ts";
import { PublicSource } from "../../../src/web/live/public_source.ts";
import { MadeStore } from "../made_store.ts";

/** What must be in no answer. */
const SECRET = /s3cret/i;
const [RESPONSE_TIME, RESPONSE_CODE, TIMING, BODY_BYTES] = [987_654, 577, 654_321, 543_210_987];
const NUMBERS = [RESPONSE_TIME, RESPONSE_CODE, TIMING, BODY_BYTES];

/** As a number of its own: another, such as the milliseconds of a time, may have its digits. */
function isToldIn(text: string, number: number): boolean {
  return new RegExp(`(?<![\\d.])${number}(?!\\d)`).test(text);
}

/** Fields that hold no more than the time or the place of a report. */
const UNMARKED = /_at$|^(next_check_ms|sequence|producer_id|sitemon_id|hops|interval_ms)$/;

/** A marker in every field that a site or a producer fills. */
const MARKED = {
  site: "s3cret-name",
  location: "s3cret-location",
  url: "https://s3cret.example/url",
  outcome: "down",
  reason: "tls_expired",
  response_time: RESPONSE_TIME,
  response_code: RESPONSE_CODE,
  pattern: "s3cret-pattern",
  pattern_match: false,
  error_text: "s3cret-error",
  attempts: 3,
  timings: { dns: TIMING, connect: TIMING, tls: TIMING, first_byte: TIMING, transfer: TIMING },
  remote_address: "s3cret-address",
  http_version: "s3cret",
  final_url: "https://s3cret.example/final",
  body_bytes: BODY_BYTES,
  truncated: false,
  certificate_issuer: "CN=s3cret",
  failures: ["s3cret-failure"],
  snippet: "s3cret-snippet",
  next_check_ms: HOUR_MS,
  labels: { "s3cret_label": "s3cret-value" },
} satisfies Making;

const LISTED = new Map<string, PublicSite>([
  ["s3cret-name", { name: "Shop", group: "Sales" }],
  ["s3cret-hidden", { hidden: true }],
  ["blog", {}],
]);
const LOOK: Look = {
  title: "Example Inc.",
  isPublic: true,
  announcements: [{ type: "maintenance", text: "We move to a new data center", sites: ["Shop"] }],
};
const SITES_SHOWN = ["Shop", "blog"];

/** A store with a marker in everything, of which some must not even be named. */
async function marked(): Promise<MadeStore> {
  const made = await MadeStore.create();
  const certificate_expires_at = 1_987_654_321_000_000;
  await made.add(
    { ...MARKED, outcome: "up", reason: null, agoMs: 2 * HOUR_MS },
    { ...MARKED, certificate_expires_at, agoMs: HOUR_MS },
    { ...MARKED, location: "s3cret-elsewhere", agoMs: MINUTE_MS },
    { ...MARKED, site: "s3cret-hidden" },
    { ...MARKED, site: "s3cret-unlisted" },
    { site: "blog", agoMs: MINUTE_MS, next_check_ms: HOUR_MS },
  );
  const work = { kind: "maintenance", author: "s3cret-author", labels: null } as const;
  for (
    const mute of [
      aMute("1", { ...work, reason: "Bigger disks", names: ["s3cret-*"] }),
      aMute("2", { ...work, reason: "Patch day", names: null, labels: MARKED.labels }),
      aMute("3", { ...work, reason: "s3cret-work", names: ["s3cret-hidden", "s3cret-unlisted"] }),
      aMute("4", { reason: "s3cret-silence", author: "s3cret-author" }),
    ]
  ) await made.records.putMute(mute);
  const detail = { ...anAlert(1).detail, labels: { runbook: "https://s3cret.example/" } };
  const said = { detail, rule: "s3cret-rule", severity: "s3cret-severity", channels: ["ops"] };
  const [delivery] = await made.decide(firing(
    anAlert(1, { ...said, site: "s3cret-name" }),
    anAlert(2, { ...said, site: "blog" }),
    anAlert(3, { ...said, site: "blog", suppressed_by: "silence:s3cret" }),
  ));
  await made.settle(attempt(delivery!, { result: "refused", error: "s3cret" }));
  for (const number of [1, 2, 3]) {
    await made.records.acknowledge(idOf(number), "s3cret-author", "s3cret-comment");
  }
  return made;
}

function publicApp(made: MadeStore, look: Partial<Look> = {}) {
  const app = made.app({ look: { ...LOOK, ...look }, listed: LISTED });
  return {
    app,
    async get(path: string) {
      const response = await app.request(path);
      return { response, text: await response.text() };
    },
  };
}

Deno.test("a public page has nothing of a report but its state, in any answer", async () => {
  const unmarked = FIELD_NAMES.filter((field) => !(field in MARKED) && !UNMARKED.test(field));
  deepStrictEqual(unmarked, []);
  await using made = await marked();
  const { get } = publicApp(made);
  const { text: list } = await get("/incidents");
  const incidents = [...list.matchAll(/href="\.(\/incidents\/[^"]+)"/g)].map(([, to]) => to!);
  strictEqual(incidents.length, 1);
  const shown = [
    ...[
      "/",
      "/?q=shop",
      "/?by=group&in=Sales",
      "/?state=down&rows=full",
      "/feed.atom",
      "/badge.svg",
    ],
    ...["/sites/Shop", "/sites/Shop?days=90", "/sites/Shop/figures", "/sites/Shop.atom"],
    ...[
      "/badge/Shop.svg",
      "/api/status",
      "/api/status?q=Shop",
      "/api/sites/Shop",
      "/api/maintenance",
    ],
    ...["/api/openapi.json", "/incidents", "/history", ...incidents],
  ];
  const refused = [
    ...[
      "/api/sites/Shop/reports",
      "/sites/s3cret-name",
      "/api/sites/s3cret-name",
      "/api/none",
      "/api/alerts",
    ],
    ...["/sites/s3cret-hidden", "/sites/s3cret-unlisted", "/sites/s3cret-hidden.atom"],
    ...["/incidents/none", "/api/status?fields=url", "/sites/Shop?location=s3cret-location"],
  ];
  for (const path of [...shown, ...refused]) {
    const { response: { status, headers }, text } = await get(path);
    strictEqual(shown.includes(path), status === 200, `${path}: ${status}`);
    // A hash may have any digits.
    headers.delete("etag");
    for (const told of [text, JSON.stringify([...headers])]) {
      ok(!SECRET.test(told), `${path}\n${told}`);
      for (const number of NUMBERS) ok(!isToldIn(told, number), `${path}: ${number}`);
      ok(!/open alert|acknowledged|do not arrive/.test(told), `${path}\n${told}`);
      ok(!/certificate expired|(?<!\d)(2032(?!\d)|1987654321)/i.test(told), `${path}\n${told}`);
    }
  }
});

Deno.test("a public page cannot be asked what it does not show", async () => {
  await using made = await marked();
  const { get } = publicApp(made);
  const found = async (path: string) => JSON.parse((await get(path)).text).sites.length;
  strictEqual(await found("/api/status"), SITES_SHOWN.length);
  for (const word of ["s3cret", "https", "location", "value", "elsewhere"]) {
    strictEqual(await found(`/api/status?q=${word}`), 0, word);
    match((await get(`/?q=${word}`)).text, /No site found: with/);
  }
  strictEqual(await found("/api/status?label=s3cret_label:s3cret-value"), 0);
  strictEqual(await found("/api/status?label=group:Sales"), 1);
  const unknown = await get("/badge/s3cret-name.svg");
  match(unknown.text, /unknown/);
});

Deno.test("a public page says of a site what it should", async () => {
  await using made = await marked();
  const { get } = publicApp(made);
  const { text } = await get("/");
  for (const part of [">Shop<", ">blog<", "Sales", "1 of 2 sites is down", "data center"]) {
    ok(text.includes(part), part);
  }
  ok(text.indexOf("data center") < text.indexOf("<h1"));
  ok(!(await get("/sites/blog")).text.includes("data center"));
  match((await get("/sites/Shop")).text, /data center/);
  for (const work of ["Bigger disks", "Patch day"]) {
    for (const path of ["/", "/sites/Shop"]) ok((await get(path)).text.includes(work), path);
    ok(!(await get("/sites/blog")).text.includes(work));
  }
  match(text, /Planned maintenance[^<]*: <bdi>Shop<\/bdi>/);
  match((await get("/badge.svg")).text, /Example Inc\.: 1 of 2 down/);
  const feed = (await get("/feed.atom")).text;
  match(feed, /<title>Shop is down<\/title>/);
  const { sites, announcements } = JSON.parse((await get("/api/status")).text);
  deepStrictEqual(sites.map(({ site, state }: { site: string; state: string }) => [site, state]), [
    ["Shop", "down"],
    ["blog", "up"],
  ]);
  strictEqual(announcements[0].text, "We move to a new data center");
  const fields = Object.keys(sites[0].locations[0]).sort();
  deepStrictEqual(fields, ["outcome", "since", "site", "stale", "uptimes"]);
});

Deno.test("a public page tells of events what it shows, and of hidden sites nothing", async () => {
  await using made = await marked();
  await made.cache.refresh();
  const { app } = publicApp(made);
  const response = await app.request("/events");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let all = "";
  const until = async (what: RegExp) => {
    while (!what.test(all)) all += (await within(60_000, `${what}`, reader.read())).value;
  };
  await until(/event: beat/);
  await made.add({ ...MARKED, site: "s3cret-hidden", outcome: "up", reason: null });
  await made.cache.refresh();
  await made.add({ ...MARKED, error_text: "s3cret-other" }, {
    site: "blog",
    next_check_ms: HOUR_MS,
  });
  await made.cache.refresh();
  await made.add({ ...MARKED, outcome: "degraded", reason: "slow" });
  await made.add({ site: "blog", outcome: "down", reason: "dns", error_text: "s3cret" });
  await made.cache.refresh();
  await until(/blog is down/);
  ok(!SECRET.test(all), all);
  // A version may have any digits.
  const told = all.replaceAll(/^data: \d+$/gm, "");
  for (const number of NUMBERS) ok(!isToldIn(told, number), all);
  await reader.cancel();
});

Deno.test("a public page tells everybody who watches what it tells the first", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop", agoMs: 1_000 });
  const source = new PublicSource(made.cache, undefined);
  await source.view();
  const told: string[] = [];
  for (const viewer of ["a", "b"]) {
    source.watch(({ changed }) => told.push(`${viewer}: ${changed.map(({ site }) => site)}`));
  }
  await made.add({ site: "shop", outcome: "down", reason: "dns" });
  await made.cache.refresh();
  deepStrictEqual(told, ["a: shop", "b: shop"]);
});

Deno.test("a public page shows every site by its name, where the file has none", async () => {
  await using made = await MadeStore.create();
  await made.add({ site: "shop" }, { site: "blog", labels: { team: "web" } });
  const app = made.app({ look: LOOK });
  const text = await (await app.request("/")).text();
  match(text, />shop<[^]*>blog<|>blog<[^]*>shop</);
  ok(!text.includes("team"));
});

Deno.test("a public page joins what several locations see at once into one incident", async () => {
  await using made = await MadeStore.create();
  const seen = (location: string, agoMinutes: number, outcome: "up" | "down"): Making => ({
    ...{ site: "shop", location, outcome, reason: outcome === "up" ? null : "dns" },
    agoMs: agoMinutes * MINUTE_MS,
    next_check_ms: 10 * MINUTE_MS,
  });
  await made.add(
    seen("a", 90, "down"),
    seen("a", 80, "up"),
    ...[seen("a", 50, "down"), seen("b", 45, "down"), seen("a", 40, "up"), seen("b", 35, "up")],
    seen("b", 5, "down"),
  );
  const app = made.app({ look: LOOK });
  const text = await (await app.request("/incidents")).text();
  const rows = [...text.matchAll(/<tr><td>.*?<\/tr>/gs)].map(([row]) =>
    row.replaceAll(/<[^>]*>/g, " ")
  );
  strictEqual(rows.length, 3);
  match(rows[0]!, /ongoing/);
});

Deno.test("a public page tells what lasts, however many incidents are newer", async () => {
  await using made = await MadeStore.create();
  const flapping = Array.from({ length: 2 * INCIDENTS_LISTED_MAX + 2 }, (_, index): Making => ({
    ...{ site: "blog", outcome: index % 2 ? "up" : "down", reason: index % 2 ? null : "dns" },
    agoMs: HOUR_MS - index,
  }));
  const outage = { agoMs: 2 * HOUR_MS, next_check_ms: DAY_MS };
  await made.add({ site: "shop", outcome: "down", reason: "dns", ...outage }, ...flapping);
  const app = made.app({ look: LOOK });
  const response = await app.request("/api/incidents?state=open");
  const { incidents } = await response.json() as { incidents: { site: string }[] };
  deepStrictEqual(incidents.map(({ site }) => site), ["shop"]);
});

Deno.test("a public page speaks of groups in its language, and of a site that is down in part", async () => {
  await using made = await MadeStore.create();
  await made.add(
    { site: "s3cret-name", location: "fra", outcome: "down", reason: "dns", agoMs: 2_000 },
    { site: "s3cret-name", location: "gru", agoMs: 1_000 },
    { site: "blog", agoMs: 1_000 },
  );
  const { get } = publicApp(made, { locale: "de" });
  for (const part of [">Gruppe</option>", "Ohne Gruppe", "ist teilweise ausgefallen"]) {
    ok((await get("/")).text.includes(part), part);
  }
  const { text } = await get("/sites/Shop");
  match(text, /Gruppe<\/bdi>: <bdi>Sales/);
  match(text, /<\/h1><span class="badge down">.*?<\/span>Teilweise ausgefallen/);
});
