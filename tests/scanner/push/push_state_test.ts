import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { NEXT_CHECK_MS_MAX } from "../../../src/report/bounds.ts";
import fc from "../../support/random_runs.ts";
import {
  afterEnd,
  afterMissed,
  afterReport,
  afterStart,
  dueOf,
  durationOf,
  expectedFrom,
  firstState,
  RUNS_MAX,
  untilNow,
} from "../../../src/scanner/push/push_state.ts";

const DAILY = { everyMs: 24_000, graceMs: 1_000 };

Deno.test("dueOf() is a period and its grace after the last end, or the grace of a run that began", () => {
  const known = firstState(0);
  strictEqual(dueOf(known, DAILY), 25_000);
  const told = afterEnd(known, "", 5_000);
  strictEqual(dueOf(told, DAILY), 30_000);
  const running = afterStart(afterStart(told, "a", 28_000), "b", 28_500);
  strictEqual(dueOf(running, DAILY), 29_000);
  strictEqual(dueOf(afterEnd(running, "a", 28_900), DAILY), 29_500);
  strictEqual(dueOf(afterEnd(running, "", 28_900), DAILY), 53_900);
});

Deno.test("durationOf() is of the run with that name, and never negative", () => {
  const running = afterStart(afterStart(firstState(0), "a", 1_000), "", 1_500);
  deepStrictEqual(["a", "", "b"].map((name) => durationOf(running, name, 2_000)), [
    1_000,
    500,
    undefined,
  ]);
  strictEqual(durationOf(running, "a", 500), 0);
});

Deno.test("afterStart() keeps the newest runs, and one of a name", () => {
  let state = firstState(0);
  for (let run = 0; run <= RUNS_MAX; run++) state = afterStart(state, `run ${run}`, run);
  strictEqual(state.runs.length, RUNS_MAX);
  deepStrictEqual(state.runs[0], ["run 1", 1]);
  deepStrictEqual(afterStart(state, "run 1", 99).runs.at(-1), ["run 1", 99]);
  strictEqual(afterStart(state, "run 1", 99).runs.length, RUNS_MAX);
});

Deno.test("expectedFrom() begins as long before a ping's time as it may come after it", () => {
  const told = afterEnd(firstState(0), "", 0);
  strictEqual(expectedFrom(told, DAILY), 23_000);
  strictEqual(expectedFrom(told, { everyMs: 1_000, graceMs: 60_000 }), 0);
  strictEqual(expectedFrom(afterStart(told, "a", 10_000), DAILY), 10_000);
});

Deno.test("untilNow() knows no time that is still to come", () => {
  const ahead = afterStart(afterEnd(firstState(0), "", 5_000), "a", 6_000);
  deepStrictEqual(untilNow(ahead, 1_000), { from: 1_000, seen: 1_000, runs: [["a", 1_000]] });
  deepStrictEqual(untilNow(ahead, 9_000), ahead);
});

Deno.test("afterReport() says again what holds for less than is due, and untilNow() when it is", () => {
  const verdict = { outcome: "up", reason: null, error_text: null } as const;
  const told = afterEnd(firstState(0), "", 0);
  deepStrictEqual(afterReport(told, DAILY, { ...verdict, atMs: 0 }), told);
  const monthly = { everyMs: 30 * 86_400_000, graceMs: 1_000 };
  const held = afterReport(told, monthly, { ...verdict, atMs: 9_000 });
  deepStrictEqual(held, { ...told, said: { ...verdict, until: 9_000 + NEXT_CHECK_MS_MAX } });
  deepStrictEqual(untilNow(held, 9_000), held);
  strictEqual(untilNow(held, 5_000).said!.until, 5_000 + NEXT_CHECK_MS_MAX);
  deepStrictEqual(afterReport(held, DAILY, { ...verdict, atMs: 0 }), told);
});

Deno.test("afterMissed() is due within a period from now, on the same grid", () => {
  const time = fc.integer({ min: 0, max: 1e9 });
  const push = fc.record({
    everyMs: fc.integer({ min: 1_000, max: 1e8 }),
    graceMs: fc.integer({ min: 1_000, max: 1e8 }),
  });
  fc.assert(fc.property(time, time, push, (from, late, push) => {
    const state = firstState(from);
    const dueMs = dueOf(state, push);
    const next = afterMissed(state, push, { dueMs, nowMs: dueMs + late });
    const nextMs = dueOf(next, push);
    ok(nextMs > dueMs + late && nextMs <= dueMs + late + push.everyMs);
    strictEqual((nextMs - dueMs) % push.everyMs, 0);
  }));
});
