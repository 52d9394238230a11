/** What every store promises when history is purged and sites are forgotten. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { SiteReport } from "../../src/report/report.ts";
import type { Applied } from "../../src/status/store.ts";
import { onStore, type OpenedStore, type Register } from "./opened_store.ts";
import { aReport, chunk, DAY, MINUTE } from "./site_reports.ts";

const RETENTION_MS = 35 * 86_400_000;
const NOTHING: Applied = { applied: 0, duplicate: 0, stale: 0, expired: 0, dead: 0 };
const DOWN = { outcome: "down", reason: "status" } as const;
const never = new AbortController().signal;

function daysAgo(days: number): number {
  return Date.now() * 1_000 - days * DAY;
}

/** One report for each of these ages in days, sequences from 1; `overrides` of one age. */
function aged(...ages: (number | [number, Partial<SiteReport>])[]): SiteReport[] {
  return ages.map((age, index) => {
    const [days, overrides] = typeof age === "number" ? [age, {}] : age;
    return aReport({ sequence: index + 1, recorded_at: daysAgo(days), ...overrides });
  });
}

/** Registers the tests of the contract for one kind of store. */
export function maintenanceContract(
  name: string,
  open: () => Promise<OpenedStore>,
  register?: Register,
): void {
  const test = onStore(name, open, register);

  test("prepare() moves the horizon, never back", async ({ store, maintenance }) => {
    await maintenance.prepare(RETENTION_MS);
    const [old, kept] = aged(37, 34);
    deepStrictEqual(await store.apply(chunk([old!])), { ...NOTHING, expired: 1 });
    deepStrictEqual(await store.apply(chunk([kept!])), { ...NOTHING, applied: 1 });
    await maintenance.prepare(2 * RETENTION_MS);
    deepStrictEqual(await store.apply(chunk([old!])), { ...NOTHING, expired: 1 });
  });

  test("purge() deletes only what is before the horizon", async (opened) => {
    const { store, maintenance, tables } = opened;
    const reports = aged(50, [45, DOWN], [38, DOWN], 34, 0);
    await store.apply(chunk(reports));
    const before = await tables();
    await maintenance.prepare(RETENTION_MS);
    const purged = await maintenance.purge(never);
    deepStrictEqual(purged, { reports: 3, transitions: 0, rollups: 0, alerts: 0 });
    const after = await tables();
    deepStrictEqual(after.site_report.map(({ sequence }) => sequence).sort(), [4, 5]);
    for (const table of ["site_status", "site_transition", "site_hour", "site_day"] as const) {
      deepStrictEqual(after[table], before[table], table);
    }
    deepStrictEqual(await maintenance.purge(never), {
      reports: 0,
      transitions: 0,
      rollups: 0,
      alerts: 0,
    });
  });

  test("purge() lets no replay count what was deleted again", async (opened) => {
    const { store, maintenance, tables } = opened;
    const reports = aged(50, [45, DOWN], 38, 34, [33, DOWN], 0);
    await store.apply(chunk(reports));
    await maintenance.prepare(RETENTION_MS);
    await maintenance.purge(never);
    const before = await tables();
    deepStrictEqual(await store.apply(chunk(reports)), { ...NOTHING, duplicate: 3, expired: 3 });
    deepStrictEqual(await tables(), before);
  });

  test("purge() leaves late reports their place among transitions", async (opened) => {
    const { store, maintenance, tables } = opened;
    const [old, down] = aged([40, DOWN], [10, DOWN]);
    await store.apply(chunk([old!, down!]));
    await maintenance.prepare(RETENTION_MS);
    await maintenance.purge(never);
    const late = [
      aReport({ sequence: 3, recorded_at: daysAgo(30), ...DOWN }),
      aReport({ sequence: 4, recorded_at: daysAgo(20) }),
    ];
    deepStrictEqual(await store.apply(chunk(late)), { ...NOTHING, applied: 2, stale: 2 });
    deepStrictEqual(
      (await tables()).site_transition
        .map(({ sequence, from_outcome, outcome }) => [sequence, from_outcome, outcome]),
      [[1, null, "down"], [4, "down", "up"], [2, "up", "down"]],
    );
  });

  test("purge() keeps the outcome that was in force when rollups end", async (opened) => {
    const { store, maintenance, queries, tables } = opened;
    await store.apply(
      chunk(aged(500, [450, DOWN], 420, [390, DOWN], [399.9, { site: "blog" }], 1)),
    );
    const since = (await queries.statuses()).map((status) => status.since);
    await maintenance.prepare(RETENTION_MS);
    const purged = await maintenance.purge(never);
    deepStrictEqual(purged, { reports: 5, transitions: 2, rollups: 6, alerts: 0 });
    const { site_transition, site_hour, site_day } = await tables();
    deepStrictEqual(site_transition.map(({ sequence }) => sequence), [5, 3, 4, 6]);
    deepStrictEqual([site_hour.length, site_day.length], [3, 3]);
    deepStrictEqual((await queries.statuses()).map((status) => status.since), since);
  });

  test("purge() keeps a site that has been up for longer than all", async (opened) => {
    const { store, maintenance, queries } = opened;
    await store.apply(chunk(aged(500, 450, 10, 0)));
    const [before] = await queries.statuses();
    await maintenance.prepare(RETENTION_MS);
    await maintenance.purge(never);
    const [after] = await queries.statuses();
    deepStrictEqual(after!.since, before!.since);
    await store.apply(chunk([aReport({ sequence: 5, recorded_at: daysAgo(0) })]));
    deepStrictEqual((await queries.statuses())[0]!.since, before!.since);
  });

  test("purge() ends at once, when the signal aborts", async ({ store, maintenance, tables }) => {
    await store.apply(chunk(aged(500, 450, 50)));
    await maintenance.prepare(RETENTION_MS);
    const before = await tables();
    const purged = await maintenance.purge(AbortSignal.abort());
    deepStrictEqual(purged, { reports: 0, transitions: 0, rollups: 0, alerts: 0 });
    deepStrictEqual(await tables(), before);
  });

  test("forget() leaves a site out of everything", async ({ store, maintenance, queries }) => {
    const shop = { site: "shop", location: "default" };
    await store.apply(chunk(aged(1, [0, { site: "blog", next_check_ms: null }])));
    const { cursor } = await queries.changesSince(undefined);
    deepStrictEqual(await maintenance.forget("shop"), [shop]);
    deepStrictEqual(await maintenance.forget("shop"), []);
    deepStrictEqual(await maintenance.forget("nobody"), []);
    deepStrictEqual((await queries.statuses()).map(({ site }) => site), ["blog"]);
    deepStrictEqual((await queries.uptimes()).map(({ site }) => site), ["blog"]);
    strictEqual(await queries.history(shop, { transitionDays: 30, latencyDays: 30 }), undefined);
    const [days] = await queries.daily([shop], 2);
    deepStrictEqual(days!.days.map(({ upMs }) => upMs), [0, 0]);
    const changes = await queries.changesSince(cursor);
    deepStrictEqual([changes.statuses, changes.removed], [[], [shop]]);
    deepStrictEqual((await queries.changesSince(changes.cursor)).removed, []);
    deepStrictEqual((await queries.changesSince("of another server")).removed, [shop]);
  });

  test("forget() forgets one location, when it is given", async (opened) => {
    const { store, maintenance, queries } = opened;
    await store.apply(chunk(aged([1, { location: "Paris" }], [1, { location: "Oslo" }])));
    const paris = { site: "shop", location: "Paris" };
    deepStrictEqual(await maintenance.forget("shop", "Paris"), [paris]);
    deepStrictEqual((await queries.statuses()).map(({ location }) => location), ["Oslo"]);
    deepStrictEqual(await maintenance.forget("shop"), [{ site: "shop", location: "Oslo" }]);
  });

  test("forget() is undone by a report that is recorded later alone", async (opened) => {
    const { store, maintenance, queries, tables } = opened;
    await store.apply(chunk(aged(1)));
    await maintenance.forget("shop");
    const { cursor } = await queries.changesSince(undefined);
    await store.apply(chunk([aReport({ sequence: 2, recorded_at: daysAgo(0) - MINUTE })]));
    deepStrictEqual(await queries.statuses(), []);
    await store.apply(chunk([aReport({ sequence: 3, recorded_at: daysAgo(0) + MINUTE })]));
    deepStrictEqual((await queries.statuses()).map(({ site }) => site), ["shop"]);
    const changes = await queries.changesSince(cursor);
    deepStrictEqual([changes.statuses.length, changes.removed], [1, []]);
    deepStrictEqual((await tables()).site_report.length, 3);
    deepStrictEqual((await maintenance.forget("shop")).length, 1);
  });
}
