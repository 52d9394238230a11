import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "../support/random_runs.ts";
import { GRAIN_MS, SharedTimers } from "../../src/runtime/shared_timers.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("after() calls back in time or a grain later, whatever else waits", async () => {
  const delays = fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(delays, fc.integer({ min: 0, max: 40 }), async (all, startMs) => {
      const clock = new FakeClock();
      const timers = new SharedTimers(clock);
      await clock.pass(startMs);
      const beganMs = clock.monotonicMs();
      let calls = 0;
      for (const delayMs of all) {
        timers.after(delayMs, () => {
          const late = clock.monotonicMs() - beganMs - delayMs;
          ok(late >= 0 && late <= GRAIN_MS, `${late} ms late`);
          calls++;
        });
      }
      await clock.pass(1_000);
      deepStrictEqual([calls, clock.pending], [all.length, 0]);
    }),
  );
});

Deno.test("after() takes one timer for all that wait for the same moment", () => {
  const clock = new FakeClock();
  const timers = new SharedTimers(clock);
  const cancels = Array.from({ length: 50 }, () => timers.after(1_000, () => {}));
  strictEqual(clock.pending, 1);
  timers.after(2_000, () => {});
  strictEqual(clock.pending, 2);
  for (const cancel of cancels) cancel();
  strictEqual(clock.pending, 1, "nobody waits for the first one any more");
});

Deno.test("after() takes back one callback alone, and repeating that is harmless", async () => {
  const clock = new FakeClock();
  const timers = new SharedTimers(clock);
  const called: string[] = [];
  const cancel = timers.after(100, () => called.push("first"));
  timers.after(100, () => called.push("second"));
  cancel();
  cancel();
  await clock.pass(200);
  deepStrictEqual(called, ["second"]);
  cancel();
  timers.after(10, () => called.push("third"));
  await clock.pass(200);
  deepStrictEqual(called, ["second", "third"]);
});
