import { strictEqual } from "node:assert/strict";
import { elapsedMs, instantOf, sleep } from "../../src/runtime/clock.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("sleep() ends when its time has come, and leaves no timer", async () => {
  const clock = new FakeClock();
  let awake = false;
  const sleeping = sleep(clock, 100).then(() => awake = true);
  clock.advance(99);
  await Promise.resolve();
  strictEqual(awake, false);
  clock.advance(1);
  await sleeping;
  strictEqual(clock.pending, 0);
});

Deno.test("sleep() ends early when the signal aborts, and leaves no timer", async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const sleeping = sleep(clock, 100, controller.signal);
  controller.abort();
  await sleeping;
  strictEqual(clock.pending, 0);
  await sleep(clock, 100, controller.signal);
  strictEqual(clock.pending, 0);
});

Deno.test("elapsedMs() goes by the clock that went further", () => {
  const clock = new FakeClock();
  const since = instantOf(clock);
  clock.advance(1_000);
  strictEqual(elapsedMs(since, clock), 1_000);
  clock.stepWall(5_000);
  strictEqual(elapsedMs(since, clock), 6_000, "the machine slept");
  clock.stepWall(-60_000);
  strictEqual(elapsedMs(since, clock), 1_000, "the wall clock was set back");
});
