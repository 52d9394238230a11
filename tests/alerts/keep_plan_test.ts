import { deepStrictEqual, ok } from "node:assert/strict";
import { keepPlan, PLAN_EVERY_MS } from "../../src/alerts/keep_plan.ts";
import type { MaintenancePlan } from "../../src/config/alerts.ts";
import type { Mute } from "../../src/status/alert_store.ts";
import { StoreUnavailableError } from "../../src/status/store.ts";
import { FakeClock } from "../support/fake_clock.ts";

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
