import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  keepPlan,
  PLAN_EVERY_MS,
  PLANNED_AHEAD_MS,
  plannedWindows,
  WINDOWS_MAX,
} from "../../src/alerts/planned_windows.ts";
import type { MaintenancePlan } from "../../src/config/alerts.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/runtime/time_units.ts";
import type { Mute } from "../../src/status/alert_store.ts";
import { StoreUnavailableError } from "../../src/status/store.ts";
import { FakeClock } from "../support/fake_clock.ts";

const NOW = new Date("2026-06-10T12:00:00Z");

function spans(at: MaintenancePlan["at"], now = NOW): string[] {
  return plannedWindows([{ name: "work", at }], now).map(({ from, until }) =>
    `${from.toISOString().slice(5, 16)}/${until.toISOString().slice(5, 16)}`
  );
}

const once = (from: string, to: string) => ({
  from: new Date(`2026-${from}Z`),
  to: new Date(`2026-${to}Z`),
});

Deno.test("plannedWindows() has work that lasts or comes, until nobody needs to know of it yet", () => {
  deepStrictEqual(spans(once("06-10T11:00", "06-10T12:01")), ["06-10T11:00/06-10T12:01"]);
  deepStrictEqual(spans(once("07-10T12:00", "07-10T13:00")), ["07-10T12:00/07-10T13:00"]);
  deepStrictEqual(spans(once("06-10T11:00", "06-10T12:00")), []);
  deepStrictEqual(spans(once("07-10T12:01", "07-10T13:00")), []);
});

Deno.test("plannedWindows() has work that comes again, the one that lasts included", () => {
  const at = { cron: "0 11 * * wed", durationMs: 2 * HOUR_MS, zone: "UTC" };
  deepStrictEqual(spans(at), [
    ...["06-10T11:00/06-10T13:00", "06-17T11:00/06-17T13:00", "06-24T11:00/06-24T13:00"],
    ...["07-01T11:00/07-01T13:00", "07-08T11:00/07-08T13:00"],
  ]);
  deepStrictEqual(spans(at, new Date("2026-06-10T13:00:00Z"))[0], "06-17T11:00/06-17T13:00");
  const rrule = "FREQ=MONTHLY;BYDAY=2WE";
  const monthly = { rrule, start: "2026-06-10T13:30", durationMs: HOUR_MS, zone: "Europe/Berlin" };
  deepStrictEqual(spans(monthly), ["06-10T11:30/06-10T12:30", "07-08T11:30/07-08T12:30"]);
});

Deno.test("plannedWindows() has so many windows of a plan and no more", () => {
  const at = { cron: "* * * * *", durationMs: MINUTE_MS, zone: "UTC" };
  const windows = plannedWindows([{ name: "work", at }], NOW);
  strictEqual(windows.length, WINDOWS_MAX);
  ok(PLANNED_AHEAD_MS / MINUTE_MS > WINDOWS_MAX);
});

Deno.test("plannedWindows() names the same work at the same time alike, and no other", () => {
  const at = { cron: "0 * * * *", durationMs: HOUR_MS, zone: "UTC" };
  const ids = (name: string, now: Date) => plannedWindows([{ name, at }], now).map(({ id }) => id);
  const later = new Date(NOW.getTime() + HOUR_MS);
  deepStrictEqual(ids("a", NOW).slice(1), ids("a", later).slice(0, -1));
  strictEqual(new Set([...ids("a", NOW), ...ids("b", NOW)]).size, 2 * ids("a", NOW).length);
});

const DAILY: MaintenancePlan = {
  name: "backup",
  at: { cron: "0 3 * * *", durationMs: 1_800_000, zone: "UTC" },
};

Deno.test("keepPlan() keeps the windows of the next 30 days as rows, hour by hour", async () => {
  const clock = new FakeClock();
  const stopping = new AbortController();
  const kept: (readonly Mute[])[] = [];
  const errors: unknown[] = [];
  let isDown = true;
  const running = keepPlan({
    records: {
      putPlan: (windows) =>
        isDown
          ? Promise.reject(new StoreUnavailableError("down"))
          : Promise.resolve(void kept.push(windows)),
    },
    ...{ plans: [DAILY], clock, signal: stopping.signal },
    onStore: (error) => void errors.push(error),
  });
  await clock.pass(0);
  await clock.pass(5_000);
  ok(errors.length > 1 && errors.every((error) => error instanceof StoreUnavailableError));
  isDown = false;
  await clock.pass(5_000);
  await clock.pass(24 * PLAN_EVERY_MS);
  deepStrictEqual([kept.length, errors.at(-1)], [25, undefined]);
  ok(kept.every(({ length }) => length === 30 || length === 31));
  deepStrictEqual(kept[0]![0]!.from, new Date("2026-01-01T03:00:00Z"));
  // A day later, the windows are those of the next days.
  deepStrictEqual(kept.at(-1)![0]!.from, new Date("2026-01-02T03:00:00Z"));
  stopping.abort();
  await running;
});
