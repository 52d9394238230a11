import { strictEqual } from "node:assert/strict";
import { elapsedMs, instantOf } from "../../src/runtime/instant.ts";
import { FakeClock } from "../support/fake_clock.ts";

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
