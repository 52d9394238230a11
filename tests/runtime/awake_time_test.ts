import { deepStrictEqual } from "node:assert/strict";
import { AwakeTime } from "../../src/runtime/awake_time.ts";
import { FakeClock } from "../support/fake_clock.ts";

Deno.test("AwakeTime.read() leaves out what is longer than a gap may be", () => {
  const clock = new FakeClock();
  const awake = new AwakeTime(clock, 7_000);
  const read = [0, 5_000, 7_000, 7_001, 3_600_000, 0, 1_000].map((ms) => {
    clock.advance(ms);
    return awake.read();
  });
  deepStrictEqual(read, [0, 5_000, 12_000, 19_000, 26_000, 26_000, 27_000]);
});
