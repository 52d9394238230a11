/** What every store says of the past of one site, span by span. */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import {
  LATENCY_POINTS_MAX,
  type PlacedReport,
  REPORTS_MAX,
  type ReportsOptions,
} from "../../src/status/queries.ts";
import { onStore, type OpenedStore, type Register } from "./opened_store.ts";
import { aReport, chunk, HOUR, MINUTE, NOON, PRODUCERS } from "./site_reports.ts";

const SHOP = { site: "shop", location: "default" };
const at = (micros: number) => new Date(micros / 1_000);
const ALL: ReportsOptions = { since: new Date(0), until: new Date(), limit: REPORTS_MAX };

/** Two producers that store at the same times, and a place that nobody asks about. */
const REPORTS = Array.from(
  { length: 12 },
  (_, index) =>
    [...PRODUCERS.slice(0, 2), PRODUCERS[2]].map((producer_id) =>
      aReport({
        producer_id,
        sequence: index + 1,
        recorded_at: NOON + index * 20 * MINUTE,
        response_time: index + 1,
        location: producer_id === PRODUCERS[2] ? "elsewhere" : "default",
      })
    ),
).flat();

/** Registers the tests of the contract for one kind of store. */
export function pastContract(
  name: string,
  open: () => Promise<OpenedStore>,
  register?: Register,
): void {
  const test = onStore(name, open, register);
  const times = (found: readonly PlacedReport[]) =>
    found.map(({ report }) => (report.checked_at.getTime() * 1_000 - NOON) / MINUTE);

  test("reports() come page by page as they do at once, also of two producers", async (opened) => {
    await opened.store.apply(chunk(REPORTS));
    const { queries } = opened;
    const all = await queries.reports(SHOP, ALL);
    deepStrictEqual(times(all), REPORTS.slice(0, 24).map((_, index) => 20 * (11 - (index >> 1))));
    for (const limit of [1, 5, 24]) {
      const found: PlacedReport[] = [];
      for (let page = await queries.reports(SHOP, { ...ALL, limit }); page.length > 0;) {
        found.push(...page);
        page = await queries.reports(SHOP, { ...ALL, limit, before: page.at(-1)!.place });
      }
      deepStrictEqual(found, all);
    }
  });

  test("reports() and latency() have what a span has, and forgotten sites nothing", async (opened) => {
    const { store, queries, maintenance } = opened;
    await store.apply(chunk(REPORTS));
    const span = { since: at(NOON + 40 * MINUTE), until: at(NOON + 2 * HOUR) };
    deepStrictEqual(times(await queries.reports(SHOP, { ...span, limit: 9 })), [
      ...[100, 100, 80, 80, 60, 60, 40, 40],
    ]);
    const hours = { since: at(NOON + HOUR), until: at(NOON + 3 * HOUR), limit: 9 };
    const points = await queries.latency(SHOP, { ...hours, step: "hour" });
    deepStrictEqual(points.map(({ at, responses, meanMs }) => [Number(at), responses, meanMs]), [
      [(NOON + HOUR) / 1_000, 6, 5],
      [(NOON + 2 * HOUR) / 1_000, 6, 8],
    ]);
    deepStrictEqual(
      await queries.latency(SHOP, { ...hours, step: "hour", limit: 1 }),
      points.slice(0, 1),
    );
    const [day, ...others] = await queries.latency(SHOP, { ...hours, step: "day" });
    deepStrictEqual([Number(day!.at), day!.responses, others], [
      (NOON - 12 * HOUR) / 1_000,
      12,
      [],
    ]);
    await maintenance.forget("shop");
    strictEqual((await queries.reports(SHOP, ALL)).length, 0);
    strictEqual((await queries.latency(SHOP, { ...hours, step: "hour" })).length, 0);
  });

  test("statusesAt() is what was known then, of sites that were known", async (opened) => {
    const { store, queries, maintenance } = opened;
    const past = (site: string, minutes: number, more = {}) =>
      aReport({ site, recorded_at: NOON + minutes * MINUTE, next_check_ms: 60_000, ...more });
    const down = { outcome: "down", reason: "dns", error_text: "no such host" } as const;
    const reports = [
      past("shop", 0),
      past("shop", 1, down),
      past("shop", 2, down),
      past("shop", 3),
      past("blog", -2 * 24 * 60, { next_check_ms: null }),
      past("forgotten", 0),
      past("late", 3),
    ];
    await store.apply(chunk(reports.map((report, index) => ({ ...report, sequence: index + 1 }))));
    await maintenance.forget("forgotten");
    const known = async (minutes: number) =>
      (await queries.statusesAt(at(NOON + minutes * MINUTE))).map((
        { site, outcome, error_text, since, stale },
      ) => [site, outcome, error_text, since && (Number(since) * 1_000 - NOON) / MINUTE, stale]);
    deepStrictEqual(await known(-1), [["blog", "up", null, -2 * 24 * 60, false]]);
    deepStrictEqual(await known(2), [["shop", "down", "no such host", 1, false]]);
    deepStrictEqual(await known(3), [["late", "up", null, 3, false], [
      "shop",
      "up",
      null,
      3,
      false,
    ]]);
    deepStrictEqual(await known(9), [["late", "up", null, 3, true], ["shop", "up", null, 3, true]]);
    const now = await queries.statuses();
    const { stale: _, ...rest } = now.find(({ site }) => site === "shop")!;
    const { stale: __, ...then } = (await queries.statusesAt(at(NOON + 9 * MINUTE)))[1]!;
    deepStrictEqual(then, rest);
  });

  test("reports() and latency() return no more than they may", async ({ queries }) => {
    const limit = REPORTS_MAX + 1;
    await rejects(queries.reports(SHOP, { ...ALL, limit }), RangeError);
    const points = LATENCY_POINTS_MAX + 1;
    await rejects(queries.latency(SHOP, { ...ALL, step: "hour", limit: points }), RangeError);
  });
}
