import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/runtime/time_units.ts";
import { MadeStore } from "../made_store.ts";
import type { Making } from "../made_reports.ts";

const PLACES = [
  { site: "shop", location: "fra" },
  { site: "shop", location: "a/b~c %" },
  { site: "blog", location: "fra" },
];

/** Since the hour began, so that what lies in which hour is known. */
const INTO_MS = Date.now() % HOUR_MS;

/** Three hours before it, in each of which each place was down once. */
async function filled(): Promise<MadeStore> {
  const made = await MadeStore.create();
  const down = { outcome: "down", reason: "dns", error_text: "no such host" } as const;
  const hour = (hours: number): Making[] =>
    PLACES.flatMap((place) => [
      { ...place, agoMs: INTO_MS + hours * HOUR_MS + 9 * MINUTE_MS },
      { ...place, agoMs: INTO_MS + hours * HOUR_MS + 6 * MINUTE_MS, ...down },
      { ...place, agoMs: INTO_MS + hours * HOUR_MS + 3 * MINUTE_MS },
    ]);
  await made.add(...[2, 1, 0].flatMap(hour), { ...PLACES[2]!, ...down, agoMs: 1_000 });
  return made;
}

type Rows = Record<string, unknown>[];

/** What all pages have, by the links that lead from one to the next. */
async function followed(made: MadeStore, path: string, rows: string): Promise<Rows[]> {
  const pages: Rows[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const { response, text } = await made.get(next);
    strictEqual(response.status, 200, text);
    const body = JSON.parse(text);
    // That of one that lasts grows.
    pages.push(body[rows].map(({ duration_ms: _, ...row }: Rows[number]) => row));
    const link: string | undefined = /^<(\?.*)>; rel="next"$/.exec(
      response.headers.get("link") ?? "",
    )?.[1];
    strictEqual(link === undefined, body.next === null);
    next = link && path.split("?")[0] + link;
  }
  return pages;
}

for (
  const [path, rows, limit, count] of [
    ["/api/incidents", "incidents", 4, 10],
    ["/api/incidents?site=shop", "incidents", 5, 6],
    ["/api/sites/shop/reports", "reports", 5, 18],
    ["/api/sites/shop/reports?location=fra", "reports", 9, 9],
    ["/api/sites/shop/latency", "latency", 1, 6],
    ["/api/status", "sites", 1, 2],
  ] as const
) {
  Deno.test(`${path} comes page by page as it does at once`, async () => {
    await using made = await filled();
    const [all, ...others] = await followed(made, path, rows);
    deepStrictEqual([all!.length, others], [count, []]);
    const pages = await followed(
      made,
      `${path}${path.includes("?") ? "&" : "?"}limit=${limit}`,
      rows,
    );
    strictEqual(pages.length, Math.ceil(count / limit));
    deepStrictEqual(pages.flat(), all);
  });
}

Deno.test("/api/incidents has those that last, and those of a span", async () => {
  await using made = await filled();
  const asked = async (query: string): Promise<Rows> =>
    JSON.parse((await made.get(`/api/incidents${query}`)).text).incidents;
  const [open] = await asked("?state=open");
  const { began_at, id, ...rest } = open!;
  deepStrictEqual(rest, {
    ...{ site: "blog", location: "fra", ended_at: null, unknown_since: null },
    ...{
      outcome: "down",
      reason: "dns",
      error_text: "no such host",
      duration_ms: rest.duration_ms,
    },
  });
  ok(Math.abs(Number(began_at) / 1_000 - Date.now()) < MINUTE_MS);
  strictEqual((await made.get(`/incidents/${id}`)).response.status, 200);
  strictEqual((await asked("?state=ended")).length, 9);
  const micros = (agoMs: number) => (Date.now() - INTO_MS - agoMs) * 1_000;
  const ofAnHour = `?from=${micros(3 * HOUR_MS)}&to=${micros(2 * HOUR_MS)}`;
  strictEqual((await asked(ofAnHour)).length, 3);
});

Deno.test("/api/status has what was known at a time", async () => {
  await using made = await filled();
  const states = async (agoMs: number, query = "") => {
    const at = (Date.now() - INTO_MS - agoMs) * 1_000;
    const { text } = await made.get(`/api/status?at=${at}${query}`);
    return JSON.parse(text).sites.map((one: Record<string, unknown>) => `${one.site} ${one.state}`);
  };
  deepStrictEqual(await states(6 * MINUTE_MS - 1_000), ["blog down", "shop down"]);
  deepStrictEqual(await states(6 * MINUTE_MS - 1_000, "&state=up"), []);
  deepStrictEqual(await states(3 * MINUTE_MS - 1_000), ["blog up", "shop up"]);
  deepStrictEqual(await states(DAY_MS), []);
  const app = made.app({ look: { title: "Status", isPublic: true } });
  strictEqual((await app.request("/api/status?at=1")).status, 400);
});

Deno.test("/api/sites/NAME/reports and latency have what a span has", async () => {
  await using made = await filled();
  const micros = (agoMs: number) => (Date.now() - INTO_MS - agoMs) * 1_000;
  const span = `?from=${micros(3 * HOUR_MS)}&to=${micros(HOUR_MS)}`;
  const { reports } = JSON.parse((await made.get(`/api/sites/shop/reports${span}`)).text);
  strictEqual(reports.length, 12);
  const path = `/api/sites/shop/latency?step=day&location=fra&from=${micros(2 * DAY_MS)}`;
  const { latency, step } = JSON.parse((await made.get(path)).text);
  const responses = latency.map((point: Record<string, number>) => point.responses);
  deepStrictEqual([step, responses.reduce((sum: number, one: number) => sum + one, 0)], ["day", 9]);
});

for (
  const path of [
    ...["/api/incidents?after=x", "/api/incidents?after=1%2F%25%2Fx", "/api/incidents?limit=501"],
    ...["/api/incidents?state=down", "/api/incidents?from=yesterday", "/api/incidents?since=1"],
    ...["/api/sites/shop/reports?after=1-2-3", "/api/sites/shop/reports?limit=0"],
    ...[
      "/api/sites/shop/latency?step=week",
      "/api/sites/shop/latency?after=x",
      "/api/status?at=1x",
    ],
  ]
) {
  Deno.test(`${path} is refused in one sentence`, async () => {
    await using made = await MadeStore.create();
    await made.add({ site: "shop" });
    const { response, text } = await made.get(path);
    strictEqual(response.status, 400);
    match(JSON.parse(text).detail, /^[^.]+$/);
  });
}
