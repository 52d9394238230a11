/** What every store says of the times that a site was not up. */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { Outcome } from "../../src/report/outcome.ts";
import type { SiteReport } from "../../src/report/report.ts";
import {
  type Incident,
  INCIDENTS_LISTED_MAX,
  type StatusQueries,
} from "../../src/status/queries.ts";
import { onStore, type OpenedStore, type Register } from "./opened_store.ts";
import { aReport, chunk, DAY, HOUR, MINUTE, PRODUCERS } from "./site_reports.ts";

/** Microseconds since 1970: the start of an hour, so that what lies in which hour is known. */
const START = Math.floor(Date.now() / 3_600_000) * 3_600_000_000 - 10 * DAY;
const MINUTES = { next_check_ms: 60_000 };
const ALL = { since: new Date(0), until: new Date(Date.now() + 3_600_000) };

/** A report each minute, from a minute on. */
function minutely(
  outcome: Outcome,
  first: number,
  count: number,
  overrides: Partial<SiteReport> = {},
): SiteReport[] {
  const reason = outcome === "up" ? null : "status";
  return Array.from({ length: count }, (_, index) => {
    const recorded_at = START + (first + index) * MINUTE;
    const sequence = 1 + first + index;
    return aReport({ ...MINUTES, outcome, reason, recorded_at, sequence, ...overrides });
  });
}

/** Minutes after the start, of everything that is a time. */
function inMinutes({ began_at, ended_at, unknown_since, duration_ms }: Incident): unknown[] {
  const minute = (time: Date | null) => time && (time.getTime() - START / 1_000) / 60_000;
  return [minute(began_at), minute(ended_at), minute(unknown_since), duration_ms / 60_000];
}

const oldestFirst = async (queries: StatusQueries) => (await queries.incidents(ALL)).toReversed();

const PASTS: readonly [what: string, reports: readonly SiteReport[], expected: unknown[][]][] = [
  [
    "was watched throughout",
    [...minutely("up", 0, 5), ...minutely("down", 5, 5), ...minutely("up", 10, 5)],
    [[5, 10, null, 5]],
  ],
  [
    "is down and was not watched since",
    [...minutely("up", 0, 5), ...minutely("down", 5, 5)],
    [[5, null, 10, 5]],
  ],
  [
    "was up again when somebody looked after 44 minutes",
    [...minutely("down", 0, 5), ...minutely("up", 49, 5)],
    [[0, 49, 5, 5]],
  ],
  [
    "was still down when somebody looked after 44 minutes",
    [...minutely("down", 0, 5), ...minutely("down", 49, 5), ...minutely("up", 54, 1)],
    [[0, 54, null, 10]],
  ],
  [
    "could not be judged for 44 minutes",
    [...minutely("down", 0, 5), ...minutely("inconclusive", 5, 44), ...minutely("up", 49, 5)],
    [[0, 49, 5, 5]],
  ],
  [
    "missed a slot",
    [...minutely("down", 0, 5), ...minutely("down", 6, 4), ...minutely("up", 10, 5)],
    [[0, 10, null, 9]],
  ],
  [
    "was down twice in an hour, the second time without an end",
    [...minutely("down", 0, 2), ...minutely("up", 2, 2), ...minutely("down", 4, 1)],
    [[0, 2, null, 2], [4, null, 5, 1]],
  ],
  [
    "was down for days, of which nobody watched one",
    [
      ...minutely("up", 0, 1),
      ...minutely("down", 30, 1, { next_check_ms: 86_400_000 }),
      ...minutely("down", 30 + 2 * 1_440, 60),
      ...minutely("up", 90 + 2 * 1_440, 1),
    ],
    [[30, 90 + 2 * 1_440, null, 1_440 + 60]],
  ],
  [
    "has reports that do not say until when they hold",
    [
      ...minutely("down", 0, 2, { next_check_ms: null }),
      ...minutely("up", 49, 1, { next_check_ms: null }),
    ],
    [[0, 49, null, 49]],
  ],
];

/** Registers the tests of the contract for one kind of store. */
export function incidentsContract(
  name: string,
  open: () => Promise<OpenedStore>,
  register?: Register,
): void {
  const test = onStore(name, open, register);

  for (const [what, reports, expected] of PASTS) {
    test(`incidents() of a site that ${what}`, async ({ store, queries }) => {
      // In any order, and some twice: what is late comes out the same.
      await store.apply(chunk(reports.filter(({ sequence }) => sequence % 3 !== 0).toReversed()));
      await store.apply(chunk(reports));
      const incidents = await oldestFirst(queries);
      deepStrictEqual(incidents.map(inMinutes), expected);
      const [uptime] = await queries.uptimes();
      const { downMs } = uptime!.windows[30];
      const downMinutes = incidents.reduce((sum, { duration_ms }) => sum + duration_ms / 60_000, 0);
      if (reports[0]!.next_check_ms !== null) strictEqual(downMinutes, downMs / 60_000);
    });
  }

  test("incidents() begin and end as the outcomes do, with the first cause", async (opened) => {
    const outcomes = "degraded down degraded up inconclusive degraded up down".split(" ");
    await opened.store.apply(chunk(outcomes.map((outcome, index) =>
      aReport({
        ...MINUTES,
        sequence: 1 + index,
        recorded_at: START + index * MINUTE,
        outcome: outcome as Outcome,
        reason: outcome === "up" ? null : index === 0 ? "slow" : "status",
        error_text: outcome === "up" ? null : `error ${index}`,
      })
    )));
    const incidents = await oldestFirst(opened.queries);
    deepStrictEqual(
      incidents.map(({ outcome, reason, error_text }) => [outcome, reason, error_text]),
      [["down", "slow", "error 0"], ["degraded", "status", "error 5"], [
        "down",
        "status",
        "error 7",
      ]],
    );
    deepStrictEqual(incidents.map(inMinutes), [[0, 3, null, 3], [5, 6, null, 1], [7, null, 8, 1]]);
    deepStrictEqual(
      (await opened.sql("SELECT * FROM site_incident")).map(({ outcome }) => outcome).sort(),
      ["degraded", "down", "down"],
    );
  });

  test("incidents() last no longer for two producers that watch at once", async (opened) => {
    const past = PRODUCERS.slice(0, 2).flatMap((producer_id) =>
      minutely("down", 0, 5, { producer_id })
    );
    await opened.store.apply(chunk([...past, ...minutely("up", 5, 1)]));
    deepStrictEqual((await oldestFirst(opened.queries)).map(inMinutes), [[0, 5, null, 5]]);
  });

  test("incidents() are known until their newest report is stale, whatever follows it", async (opened) => {
    await opened.store.apply(chunk([
      ...minutely("down", 0, 1, { next_check_ms: 8 * 86_400_000 }),
      ...minutely("inconclusive", 10, 1),
    ]));
    const [incident] = await opened.queries.incidents(ALL);
    strictEqual(incident!.unknown_since, null);
  });

  test("incidents() keep their durations, once their reports are purged", async (opened) => {
    const past = [
      ...minutely("down", 0, 5),
      ...minutely("up", 5, 1),
      ...minutely("down", 50, 20),
      ...minutely("up", 70, 1),
    ];
    await opened.store.apply(chunk(past));
    await opened.maintenance.prepare(8 * 86_400_000);
    await opened.maintenance.purge(new AbortController().signal);
    strictEqual((await opened.tables()).site_report.length, 0);
    const expected = [[0, 5, null, 5], [50, 70, null, 20]];
    deepStrictEqual((await oldestFirst(opened.queries)).map(inMinutes), expected);
  });

  test("incidents() of a site and of a time", async ({ store, queries }) => {
    const down = (first: number, overrides?: Partial<SiteReport>) => [
      ...minutely("down", first, 5, overrides),
      ...minutely("up", first + 5, 1, overrides),
    ];
    await store.apply(chunk([
      ...down(0),
      ...down(60),
      ...down(20, { site: "blog" }),
      ...minutely("down", 200, 1, { site: "dead" }),
    ]));
    const at = (minutes: number) => new Date((START + minutes * MINUTE) / 1_000);
    const begun = async (since: number, until: number, site?: string) =>
      (await queries.incidents({ since: at(since), until: at(until), ...(site && { site }) }))
        .map((incident) => `${incident.site} ${inMinutes(incident)[0]}`);
    const all = ["dead 200", "shop 60", "blog 20", "shop 0"];
    deepStrictEqual(await begun(0, 1_000), all);
    deepStrictEqual(await begun(0, 1_000, "shop"), ["shop 60", "shop 0"]);
    deepStrictEqual(await begun(5, 60), ["blog 20", "shop 0"]);
    deepStrictEqual(await begun(6, 61), ["shop 60", "blog 20"]);
    deepStrictEqual(await begun(5_000, 6_000), ["dead 200"]);
    deepStrictEqual(await begun(0, 1_000, "nobody"), []);
  });

  test("incidents() come page by page, whatever began at once", async ({ store, queries }) => {
    const places = ["b", "a", "c"].flatMap((site) =>
      ["Paris", "Berlin"].map((location) => ({ site, location, producer_id: PRODUCERS[1] }))
    );
    const past = places.flatMap((place, index) => [
      ...minutely("down", 10 * (index % 2), 5, place),
      ...minutely("up", 10 * (index % 2) + 5, 1, place),
      ...minutely("down", 40, 1, place),
    ]);
    await store.apply(chunk(past.map((report, index) => ({ ...report, sequence: index + 1 }))));
    const all = await queries.incidents(ALL);
    strictEqual(all.length, 12);
    for (const limit of [1, 5, 12]) {
      const found: Incident[] = [];
      for (let after: Incident | undefined;; after = found.at(-1)) {
        const page = await queries.incidents({ ...ALL, limit, ...(after && { after }) });
        if (page.length === 0) break;
        found.push(...page);
      }
      deepStrictEqual(found, all, `by ${limit}`);
    }
    const open = await queries.incidents({ ...ALL, isOpen: true });
    deepStrictEqual(open, all.filter(({ ended_at }) => ended_at === null));
    const ended = await queries.incidents({ ...ALL, isOpen: false });
    deepStrictEqual(ended, all.filter(({ ended_at }) => ended_at !== null));
    deepStrictEqual(open.map(({ site, location }) => `${site} ${location}`), [
      ...["a Berlin", "a Paris", "b Berlin", "b Paris", "c Berlin", "c Paris"],
    ]);
    await rejects(queries.incidents({ ...ALL, limit: INCIDENTS_LISTED_MAX + 1 }), RangeError);
  });

  test("incident() has its first report and its course, until it is purged", async (opened) => {
    const { store, queries, maintenance } = opened;
    const error = (text: string) => ({ error_text: text, snippet: `<b>${text}</b>` });
    await store.apply(chunk([
      ...minutely("down", 0, 2, error("before")),
      ...minutely("up", 2, 1),
      ...minutely("degraded", 3, 2, error("first")),
      ...minutely("down", 5, 2, error("later")),
      ...minutely("up", 7, 1),
      ...minutely("down", 3, 1, {
        location: "Paris",
        producer_id: PRODUCERS[1],
        ...error("elsewhere"),
      }),
    ]));
    const key = { site: "shop", location: "default" };
    const beganAt = new Date((START + 3 * MINUTE) / 1_000);
    const { incident, first, transitions } = (await queries.incident(key, beganAt))!;
    const listed = (await queries.incidents({ ...ALL, site: "shop" }))
      .find(({ location, began_at }) =>
        location === "default" && began_at.getTime() === beganAt.getTime()
      );
    deepStrictEqual(incident, listed);
    deepStrictEqual(inMinutes(incident), [3, 7, null, 4]);
    strictEqual(first!.snippet, "<b>first</b>");
    deepStrictEqual(transitions.map(({ from, to }) => `${from} to ${to}`), [
      ...["up to degraded", "degraded to down", "down to up"],
    ]);
    for (const ms of [-1, 1, MINUTE / 1_000]) {
      const other = new Date(beganAt.getTime() + ms);
      strictEqual(await queries.incident(key, other), undefined);
    }
    strictEqual(await queries.incident({ ...key, site: "none" }, beganAt), undefined);
    await maintenance.prepare(8 * 86_400_000);
    await maintenance.purge(new AbortController().signal);
    const purged = (await queries.incident(key, beganAt))!;
    deepStrictEqual([purged.first, purged.transitions.length], [undefined, 3]);
  });

  test("incidents() are of no site that was forgotten", async ({ store, queries, maintenance }) => {
    await store.apply(chunk(minutely("down", 0, HOUR / MINUTE)));
    await maintenance.forget("shop");
    deepStrictEqual(await queries.incidents(ALL), []);
  });
}
