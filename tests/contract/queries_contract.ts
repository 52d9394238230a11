/** What every implementation of the query port keeps to, on the store whose tables it reads. */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import {
  ATTEMPTS_MAX,
  LONG_MAX,
  LONG_MIN,
  NEXT_CHECK_MS_MAX,
  RESPONSE_TIME_MAX,
  TIME_MAX,
  TIME_MIN,
} from "../../src/report/bounds.ts";
import type { SiteReport } from "../../src/report/report.ts";
import { invalidity } from "../../src/report/validation.ts";
import {
  type Coverage,
  DAILY_SITES_MAX,
  HISTORY_DAYS_MAX,
  INCIDENTS_MAX,
  LATENCY_DAYS_MAX,
  MONTHS,
  RECENT_REPORTS_MAX,
  UPTIME_WINDOWS_DAYS,
} from "../../src/status/queries.ts";
import type { StatusStore } from "../../src/status/store.ts";
import { uptimeOf } from "../../src/status/uptime.ts";
import { onStore, type OpenedStore, type Register } from "./opened_store.ts";
import { aReport, chunk, DAY, FULL_REPORT, HOUR, MINUTE, NOON } from "./site_reports.ts";

const SHOP = { site: "shop", location: "default" };
/** Of Avro's int. */
const INT_MAX = 2 ** 31 - 1;
const DAYS = 90;
const HISTORY = { transitionDays: 30, latencyDays: 30 };

/** Now, in microseconds. */
function now(): number {
  return Date.now() * 1_000;
}

/** Noon, UTC, so many days ago. */
function noonOf(daysAgo: number): number {
  return now() - now() % DAY - daysAgo * DAY + 12 * HOUR;
}

/** Parts of a span in hours, without its length. */
function hoursOf({ upMs, degradedMs, downMs, inconclusiveMs }: Coverage): number[] {
  return [upMs, degradedMs, downMs, inconclusiveMs].map((ms) => ms / 3_600_000);
}

/** Reports of one site, numbered in the order given. */
function numbered(reports: readonly Partial<SiteReport>[]): SiteReport[] {
  return reports.map((report, index) => aReport({ sequence: index + 1, ...report }));
}

/** Applies reports, numbered in the order given. */
async function apply(store: StatusStore, reports: readonly Partial<SiteReport>[]): Promise<void> {
  await store.apply(chunk(numbered(reports)));
}

const DOWN = { outcome: "down", reason: "status", response_code: 500 } as const;
const AN_HOUR = { next_check_ms: 3_600_000 };

/** What the status and the history both have of {@linkcode FULL_REPORT}. */
const LATEST = {
  ...{ outcome: "down", reason: "status", response_time: 2_123, response_code: 503, attempts: 2 },
  ...{ error_text: FULL_REPORT.error_text, timings: FULL_REPORT.timings },
  checked_at: new Date(FULL_REPORT.checked_at / 1_000),
  remote_address: "192.0.2.7:443",
};

/** Registers the tests of the contract for one kind of store. */
export function queriesContract(
  name: string,
  open: () => Promise<OpenedStore>,
  register?: Register,
): void {
  const test = onStore(name, open, register);

  test("answers everything, when nothing is kept", async ({ queries }) => {
    deepStrictEqual(await queries.statuses(), []);
    deepStrictEqual(await queries.uptimes(), []);
    deepStrictEqual(await queries.daily([], 1), []);
    strictEqual(await queries.history(SHOP, HISTORY), undefined);
    const { statuses, removed } = await queries.changesSince(undefined);
    deepStrictEqual([statuses, removed], [[], []]);
  });

  test("statuses() has every field of the newest report, by name", async ({ store, queries }) => {
    const { site, location } = FULL_REPORT;
    await apply(store, [FULL_REPORT, aReport({ site: "a", sequence: 9 })]);
    const [first, second] = await queries.statuses();
    strictEqual(first!.site, "a");
    deepStrictEqual(first!.certificate_expires_at, null);
    deepStrictEqual(second, {
      ...LATEST,
      site,
      location,
      url: FULL_REPORT.url,
      since: LATEST.checked_at,
      next_check_ms: 30_000,
      stale: true,
      labels: FULL_REPORT.labels,
      certificate_expires_at: new Date(FULL_REPORT.certificate_expires_at / 1_000),
    });
    deepStrictEqual((await queries.history({ site, location }, HISTORY))!.status, second);
  });

  test("answers, when every value is at the edge of its type", async ({ store, queries, sql }) => {
    const timings = (micros: number) => ({
      ...{ dns: micros, connect: micros, tls: micros, first_byte: micros, transfer: micros },
    });
    const lowest = {
      ...{ site: "\u{10ffff}", response_time: 0, response_code: 100, attempts: 1, body_bytes: 0 },
      ...{ certificate_expires_at: LONG_MIN, next_check_ms: 1, timings: timings(0), snippet: "" },
      ...{ checked_at: TIME_MIN, recorded_at: TIME_MIN, error_text: "", labels: { "": "" } },
    };
    const highest = {
      ...{ site: "\u{10ffff}", response_time: RESPONSE_TIME_MAX, response_code: 999 },
      ...{ attempts: ATTEMPTS_MAX, body_bytes: Number.MAX_SAFE_INTEGER, timings: timings(INT_MAX) },
      ...{
        certificate_expires_at: LONG_MAX,
        next_check_ms: NEXT_CHECK_MS_MAX,
        snippet: "\u{10ffff}".repeat(512),
      },
      ...{ checked_at: now(), recorded_at: TIME_MAX, labels: { "\x7f": "\uffff" }, ...DOWN },
    };
    const reports = numbered([lowest, highest])
      .map((report) => ({ ...report, sequence: Number.MAX_SAFE_INTEGER - report.sequence }));
    for (const report of reports) strictEqual(invalidity(report), undefined);
    const { producer_id } = reports[0]!;
    const run = { first: 1, last: Number.MAX_SAFE_INTEGER, count: Number.MAX_SAFE_INTEGER };
    await store.apply(chunk(reports, { gaps: [{ producer_id, ...run, reason: "\u{10ffff}" }] }));
    const key = { site: "\u{10ffff}", location: "default" };
    const [status] = await queries.statuses();
    deepStrictEqual([status!.next_check_ms, status!.response_time, status!.stale], [
      NEXT_CHECK_MS_MAX,
      RESPONSE_TIME_MAX,
      false,
    ]);
    deepStrictEqual(status!.certificate_expires_at, new Date(LONG_MAX / 1_000));
    await queries.uptimes();
    await queries.daily([key], DAYS);
    strictEqual((await queries.history(key, HISTORY))!.recent[0]!.attempts, ATTEMPTS_MAX);
    for (const view of ["site_current", "site_uptime", "site_incident"]) {
      ok((await sql(`SELECT * FROM ${view}`)).length > 0, view);
    }
  });

  test("statuses() has the newest report of each site, by name", async ({ store, queries }) => {
    const sites = ["b", "a", "B"].map((site) => ({ site, recorded_at: NOON }));
    const inA = { ...DOWN, site: "a", location: "Z" };
    await apply(store, [
      ...sites,
      { ...inA, recorded_at: NOON + MINUTE, error_text: "unexpected status 500" },
      { ...inA, recorded_at: NOON + 2 * MINUTE, error_text: "still status 500" },
      { site: "c", outcome: "inconclusive", reason: "internal" },
    ]);
    deepStrictEqual(
      (await queries.statuses()).map(({ site, location, error_text, since }) => [
        `${site} ${location}`,
        error_text,
        since && since.getTime() * 1_000,
      ]),
      [
        ["B default", null, NOON],
        ["a Z", "still status 500", NOON + MINUTE],
        ["a default", null, NOON],
        ["b default", null, NOON],
        ["c default", null, null],
      ],
    );
  });

  test("statuses() calls a site stale, when a report was due", async ({ store, queries }) => {
    await apply(store, [
      { site: "fresh", recorded_at: now() },
      { site: "late", recorded_at: now() - 10 * MINUTE, checked_at: now() },
      { site: "slow", recorded_at: now() - 10 * MINUTE, next_check_ms: 600_000 },
      { site: "unknown", recorded_at: NOON, next_check_ms: null },
    ]);
    deepStrictEqual(
      (await queries.statuses()).map(({ site, stale }) => [site, stale]),
      [["fresh", false], ["late", true], ["slow", false], ["unknown", false]],
    );
  });

  test("stateCounts() counts the sites in each state, those in none too", async (opened) => {
    const { store, queries, maintenance } = opened;
    const none = { up: 0, degraded: 0, down: 0, inconclusive: 0, stale: 0 };
    deepStrictEqual(await queries.stateCounts(), none);
    const fresh = { recorded_at: now(), checked_at: now() };
    await apply(store, [
      { site: "a", ...fresh },
      { site: "a", ...fresh, location: "Z" },
      { site: "b", ...fresh, ...DOWN },
      { site: "late", ...DOWN, recorded_at: now() - 10 * MINUTE },
      { site: "gone", recorded_at: now() - 10 * MINUTE },
    ]);
    await maintenance.forget("gone");
    deepStrictEqual(await queries.stateCounts(), { ...none, up: 2, down: 1, stale: 1 });
  });

  test("uptimes() adds up hours and days of each window", async ({ store, queries }) => {
    const down = { ...DOWN, ...AN_HOUR };
    await apply(store, [
      { recorded_at: now() - now() % HOUR, ...AN_HOUR },
      { recorded_at: noonOf(6), ...down },
      { recorded_at: noonOf(7), ...AN_HOUR, outcome: "degraded", reason: "slow" },
      { recorded_at: noonOf(29), ...AN_HOUR, outcome: "inconclusive", reason: "internal" },
      { recorded_at: noonOf(89), ...down },
      { recorded_at: noonOf(90), ...down },
      { site: "blog", recorded_at: now(), next_check_ms: null },
    ]);
    const [blog, shop] = await queries.uptimes();
    deepStrictEqual(hoursOf(blog!.windows[1]), [0, 0, 0, 0]);
    deepStrictEqual(
      UPTIME_WINDOWS_DAYS.map((days) => hoursOf(shop!.windows[days])),
      [[1, 0, 0, 0], [1, 0, 1, 0], [1, 1, 1, 1], [1, 1, 2, 1]],
    );
    for (const days of UPTIME_WINDOWS_DAYS) {
      const missingMs = days * 86_400_000 - shop!.windows[days].windowMs;
      ok(missingMs >= 0 && missingMs <= (days === 1 ? 3_600_000 : 86_400_000), `${missingMs}`);
    }
  });

  test("uptimes() is right for sites that were not checked on some days", async ({ store, queries }) => {
    const days = (site: string, ...daysAgo: number[]) =>
      daysAgo.map((age) => ({ site, recorded_at: noonOf(age), ...AN_HOUR }));
    const sites = [...days("gone", 95), ...days("often", 100, 50, 3), ...days("silent", 40, 20)];
    await apply(store, sites);
    const uptimes = await queries.uptimes();
    deepStrictEqual(
      uptimes.map(({ site, windows }) => [
        site,
        ...([7, 30, 90] as const).map((days) => hoursOf(windows[days])[0]),
      ]),
      [["gone", 0, 0, 0], ["often", 1, 1, 2], ["silent", 0, 1, 2]],
    );
  });

  test("uptimes() count no hour or day before it has begun", async ({ store, queries }) => {
    await apply(store, [{ recorded_at: now(), next_check_ms: 3 * 86_400_000 }]);
    const { 1: day, 7: week } = (await queries.uptimes())[0]!.windows;
    // The next hour, or day, may begin meanwhile.
    ok(day.upMs > 0 && day.upMs < 2 * 3_600_000, `${day.upMs}`);
    ok(week.upMs > 0 && week.upMs < 2 * 86_400_000, `${week.upMs}`);
  });

  test("daily() has each day once, in the order asked for", async ({ store, queries }) => {
    await apply(store, [
      { recorded_at: noonOf(2) - 12 * HOUR, ...AN_HOUR },
      { recorded_at: noonOf(2) + 11.5 * HOUR, ...AN_HOUR },
      { recorded_at: noonOf(1), ...DOWN, ...AN_HOUR },
      { recorded_at: noonOf(3), ...DOWN, ...AN_HOUR },
    ]);
    const unknown = { site: "nobody", location: "default" };
    const [nobody, shop] = await queries.daily([unknown, SHOP], 3);
    deepStrictEqual([nobody!.site, shop!.site], ["nobody", "shop"]);
    deepStrictEqual(nobody!.days.map(hoursOf), [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]);
    deepStrictEqual(shop!.days.map(hoursOf), [[1.5, 0, 0, 0], [0.5, 0, 1, 0], [0, 0, 0, 0]]);
    deepStrictEqual(
      shop!.days.map(({ day }) => day),
      [2, 1, 0].map((daysAgo) => new Date((noonOf(daysAgo) - 12 * HOUR) / 1_000)),
    );
    deepStrictEqual(shop!.days.slice(0, 2).map(({ windowMs }) => windowMs / 3_600_000), [24, 24]);
  });

  test("monthly() adds up the days of each calendar month", async ({ store, queries }) => {
    const monthOf = (micros: number) => new Date(micros / 1_000).toISOString().slice(0, 7);
    await apply(store, [
      { recorded_at: noonOf(35), ...AN_HOUR },
      { recorded_at: noonOf(34), ...DOWN, ...AN_HOUR },
      { recorded_at: noonOf(1) - 13 * HOUR, ...AN_HOUR },
      { recorded_at: noonOf(1), location: "Paris", ...AN_HOUR },
    ]);
    const unknown = { site: "nobody", location: "default" };
    const [nobody, shop] = await queries.monthly([unknown, SHOP]);
    strictEqual(nobody!.months.length, MONTHS);
    ok(nobody!.months.every((month) => hoursOf(month).every((hours) => hours === 0)));
    const [oldest, newest] = [shop!.months[0]!, shop!.months.at(-1)!];
    strictEqual(newest.month, monthOf(now()));
    ok(oldest.month < newest.month);
    const expected = new Map<string, number[]>();
    for (const [micros, kind] of [[noonOf(35), 0], [noonOf(34), 2], [noonOf(1) - 13 * HOUR, 0]]) {
      const hours = expected.get(monthOf(micros!)) ?? [0, 0, 0, 0];
      hours[kind!]!++;
      expected.set(monthOf(micros!), hours);
    }
    for (const month of shop!.months) {
      deepStrictEqual(hoursOf(month), expected.get(month.month) ?? [0, 0, 0, 0], month.month);
    }
    const [year, number] = oldest.month.split("-").map(Number);
    strictEqual(oldest.windowMs, Date.UTC(year!, number!) - Date.UTC(year!, number! - 1));
    ok(newest.windowMs <= 31 * DAY / 1_000);
    const many = Array.from({ length: DAILY_SITES_MAX + 1 }, () => SHOP);
    await rejects(() => queries.monthly(many), RangeError);
  });

  test("history() has transitions and recent reports, newest first", async (opened) => {
    const { store, queries } = opened;
    const start = now() - 2 * HOUR;
    const reports = numbered(Array.from({ length: RECENT_REPORTS_MAX + 10 }, (_, index) => ({
      recorded_at: start + index * MINUTE,
      ...(index % 20 === 10 ? DOWN : {}),
    })));
    await apply(store, [aReport({ recorded_at: now() - 31 * DAY, sequence: 900 }), ...reports]);
    const { transitions, recent } = (await queries.history(SHOP, HISTORY))!;
    const edges = ["down to up", "up to down"];
    deepStrictEqual(
      transitions.map(({ from, to }) => `${from} to ${to}`),
      [...edges, ...edges, ...edges],
    );
    const at = new Date((start + 10 * MINUTE) / 1_000);
    deepStrictEqual(transitions.at(-1), { at, from: "up", to: "down", reason: "status" });
    deepStrictEqual(
      recent.map(({ checked_at }) => checked_at.getTime()),
      reports.slice(-RECENT_REPORTS_MAX).reverse().map((report) => report.checked_at / 1_000),
    );
    const longer = await queries.history(SHOP, { ...HISTORY, transitionDays: 32 });
    strictEqual(longer!.transitions.length, 7);
  });

  test("history() keeps sites and locations apart", async ({ store, queries }) => {
    await apply(store, [
      { recorded_at: now() - MINUTE },
      { recorded_at: now(), location: "Paris", ...DOWN },
      { recorded_at: now(), site: "shop2", ...DOWN },
    ]);
    const { status, transitions, recent, latency } = (await queries.history(SHOP, HISTORY))!;
    deepStrictEqual([status.location, status.outcome], ["default", "up"]);
    deepStrictEqual([transitions.length, recent.length, latency.length], [1, 1, 1]);
  });

  test("history() has the report that began each incident", async ({ store, queries }) => {
    const start = now() - 3 * HOUR;
    const incidents = INCIDENTS_MAX + 2;
    const reports = numbered(
      Array.from({ length: incidents }, (_, index) => index).flatMap((index) => [
        { ...DOWN, snippet: `<b>began ${index}</b>`, failures: ["status is 500"] },
        { ...DOWN, snippet: "goes on" },
        {},
      ]).map((report, index) => ({ recorded_at: start + index * MINUTE, ...report })),
    );
    await apply(store, reports);
    const { failures } = (await queries.history(SHOP, HISTORY))!;
    deepStrictEqual(
      failures.map(({ snippet }) => snippet),
      Array.from({ length: INCIDENTS_MAX }, (_, age) => `<b>began ${incidents - 1 - age}</b>`),
    );
    deepStrictEqual(failures[0]!.failures, ["status is 500"]);
  });

  test("history() has every field of a report", async ({ store, queries }) => {
    const { site, location } = FULL_REPORT;
    await apply(store, [FULL_REPORT]);
    const { recent, failures } = (await queries.history({ site, location }, HISTORY))!;
    deepStrictEqual(recent, failures);
    const { final_url, certificate_issuer, failures: broken, snippet } = FULL_REPORT;
    const certificate_seen_at = new Date(FULL_REPORT.certificate_seen_at! / 1_000);
    const certificate = { certificate_issuer, certificate_seen_at };
    const shown = { http_version: "1.1", final_url, ...certificate, failures: broken, snippet };
    deepStrictEqual(recent, [{ ...LATEST, ...shown }]);
  });

  test("history() estimates latency within its bucket", async ({ store, queries }) => {
    const hour = now() - now() % HOUR - 2 * HOUR;
    const times = [...Array(90).fill(20), ...Array(8).fill(75), 9_000, 20_000];
    const before = { recorded_at: hour - HOUR, response_time: 5 };
    const unanswered = { recorded_at: hour - 2 * HOUR, ...DOWN, response_code: null };
    await apply(store, [
      ...times.map((response_time) => ({ recorded_at: hour, response_time })),
      before,
      unanswered,
      { recorded_at: now() - 8 * DAY },
    ]);
    const { latency } = (await queries.history(SHOP, { ...HISTORY, latencyDays: 7 }))!;
    const [first, second] = [hour - HOUR, hour].map((micros) => new Date(micros / 1_000));
    deepStrictEqual(latency, [
      { at: first, responses: 1, meanMs: 5, p50Ms: 5, p95Ms: 9.5, p99Ms: 9.9 },
      { at: second, responses: 100, meanMs: 314, p50Ms: 18.3, p95Ms: 81.3, p99Ms: 10_000 },
    ]);
  });

  test("history() estimates the latency of whole days from their buckets", async (opened) => {
    const { store, queries } = opened;
    const times = [...Array(90).fill(20), ...Array(8).fill(75), 9_000, 20_000];
    await apply(store, [
      ...times.map((response_time, index) => (
        { recorded_at: noonOf(2) + (index % 3 - 1) * HOUR, response_time }
      )),
      { recorded_at: noonOf(1), ...DOWN, response_code: null },
      { recorded_at: noonOf(91) },
    ]);
    const byDay = { ...HISTORY, latencyDays: 90, latencyStep: "day" } as const;
    const { latency } = (await queries.history(SHOP, byDay))!;
    const at = new Date((noonOf(2) - 12 * HOUR) / 1_000);
    deepStrictEqual(latency, [
      { at, responses: 100, meanMs: 314, p50Ms: 18.3, p95Ms: 81.3, p99Ms: 10_000 },
    ]);
  });

  test("changesSince() has what came since, once", async ({ store, queries }) => {
    await apply(store, [{ site: "a", next_check_ms: null }, { site: "b" }]);
    const first = await queries.changesSince(undefined);
    deepStrictEqual(first.statuses.map(({ site }) => site), ["a", "b"]);
    const second = await queries.changesSince(first.cursor);
    deepStrictEqual([second.statuses, second.removed], [[], []]);
    const newer = aReport({ site: "a", sequence: 3, recorded_at: now() });
    await apply(store, [newer]);
    const third = await queries.changesSince(second.cursor);
    deepStrictEqual(third.statuses.map(({ site }) => site), ["a"]);
    await apply(store, [newer, aReport({ site: "a", sequence: 4 })]);
    deepStrictEqual((await queries.changesSince(third.cursor)).statuses, []);
  });

  test("changesSince() has everything, when the cursor is not its own", async (opened) => {
    const { store, queries } = opened;
    await apply(store, [{ site: "a" }]);
    const malformed = ["", "x", "1@2@3", "';--", "9".repeat(15) + "@5", "9:9:@0x1"];
    for (const cursor of [...malformed, "7:5:@3", "0:0:@3", "5:9:8,7@3", "5:9:4@3"]) {
      const { statuses } = await queries.changesSince(cursor);
      deepStrictEqual(statuses.map(({ site }) => site), ["a"], cursor);
    }
  });

  test("refuses to be asked for more than it bounds", async ({ queries }) => {
    const sites = Array.from({ length: DAILY_SITES_MAX }, (_, n) => ({ ...SHOP, site: `${n}` }));
    await queries.daily(sites, HISTORY_DAYS_MAX);
    await rejects(() => queries.daily([...sites, SHOP], 1), RangeError);
    for (const days of [0, 1.5, NaN, HISTORY_DAYS_MAX + 1]) {
      await rejects(() => queries.daily([SHOP], days), RangeError);
      await rejects(() => queries.history(SHOP, { ...HISTORY, transitionDays: days }), RangeError);
    }
    await rejects(
      () => queries.history(SHOP, { ...HISTORY, latencyDays: LATENCY_DAYS_MAX + 1 }),
      RangeError,
    );
    await queries.history(SHOP, { transitionDays: HISTORY_DAYS_MAX, latencyDays: 90 });
  });

  test("answers calls that overlap", async ({ store, queries }) => {
    await apply(store, [{}]);
    const asked = [queries.statuses(), queries.uptimes(), queries.changesSince(undefined)];
    for (const answer of await Promise.all([...asked, queries.history(SHOP, HISTORY)])) ok(answer);
  });

  test("the views say of every site what the port says", async ({ store, queries, sql }) => {
    const past = [40, 20, 5, 2].flatMap((daysAgo, index) => [
      { site: "shop", recorded_at: noonOf(daysAgo), ...AN_HOUR },
      { site: "shop", recorded_at: noonOf(daysAgo) + HOUR, ...AN_HOUR, ...(index > 1 ? DOWN : {}) },
      { site: "blog", recorded_at: noonOf(daysAgo) + 2 * HOUR, ...AN_HOUR },
    ]);
    await apply(store, [...past, { site: "blog", recorded_at: now(), ...DOWN }]);
    const current = await sql("SELECT site, outcome, stale FROM site_current ORDER BY site");
    deepStrictEqual(
      current.map(({ site, outcome, stale }) => [site, outcome, Boolean(stale)]),
      (await queries.statuses()).map(({ site, outcome, stale }) => [site, outcome, stale]),
    );
    const rows = await sql("SELECT * FROM site_uptime ORDER BY site, days");
    const told = (await queries.uptimes()).flatMap(({ site, windows }) =>
      UPTIME_WINDOWS_DAYS.map((days) => ({ site, days, coverage: windows[days] }))
    );
    deepStrictEqual(
      rows.map(({ site, days, down_ms, uptime }) => [site, days, Number(down_ms), uptime]),
      told.map(({ site, days, coverage }) => [site, days, coverage.downMs, uptimeOf(coverage)]),
    );
    const downSeconds = told.map(({ coverage }) => coverage.downMs / 1_000);
    deepStrictEqual(downSeconds, [10, 10, 10, 10, 0, 7_200, 7_200, 7_200]);
  });

  test("site_uptime has uptime with and without unknown time", async ({ store, sql }) => {
    await apply(store, [
      { recorded_at: now() - 7 * HOUR, ...AN_HOUR },
      { recorded_at: now() - 5 * HOUR, ...AN_HOUR },
      { recorded_at: now() - 3 * HOUR, ...AN_HOUR, outcome: "degraded", reason: "slow" },
      { recorded_at: now() - HOUR, ...AN_HOUR, ...DOWN },
    ]);
    const [day] = await sql("SELECT * FROM site_uptime WHERE days = 1");
    strictEqual(day!.uptime, 0.75);
    const windowMs = Number(day!.window_ms);
    ok(Math.abs(Number(day!.proven_uptime) - 3 * 3_600_000 / windowMs) < 1e-9);
    strictEqual(Number(day!.unknown_ms), windowMs - 4 * 3_600_000);
  });
}
