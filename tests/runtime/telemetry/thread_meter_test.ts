import { deepStrictEqual, ok } from "node:assert/strict";
import type { Telemetry } from "../../../src/runtime/telemetry/telemetry.ts";
import { LAG_TIMER_MS, ThreadMeter } from "../../../src/runtime/telemetry/thread_meter.ts";
import { FakeClock } from "../../support/fake_clock.ts";

Deno.test("ThreadMeter.measure() tells the heap, and how late the loop fires its timer", async () => {
  const clock = new FakeClock();
  const lags: number[] = [];
  const heaps: number[] = [];
  const set: Telemetry["set"] = (name, value, labels) => {
    deepStrictEqual(labels, { thread: "outbox" });
    (name === "sitemon_thread_loop_lag_seconds" ? lags : heaps).push(value);
  };
  const meter = new ThreadMeter({ set }, clock);
  meter.measure("outbox");
  meter.measure("outbox");
  await clock.suspend(LAG_TIMER_MS + 1_500);
  deepStrictEqual(lags, [1.5]);
  meter.measure("outbox");
  clock.advance(LAG_TIMER_MS);
  deepStrictEqual(lags, [1.5, 0]);
  deepStrictEqual([heaps.length, clock.pending], [3, 0]);
  ok(heaps.every((bytes) => bytes > 1e6));
});
