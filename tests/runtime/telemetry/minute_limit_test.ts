import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { MinuteLimit } from "../../../src/runtime/telemetry/minute_limit.ts";
import { FakeClock } from "../../support/fake_clock.ts";

Deno.test("MinuteLimit.allows() lets each cause through once a minute", () => {
  const clock = new FakeClock();
  const limit = new MinuteLimit(clock);
  deepStrictEqual(["down", "down", "full"].map((cause) => limit.allows(cause)), [
    true,
    false,
    true,
  ]);
  clock.advance(59_999);
  strictEqual(limit.allows("down"), false);
  clock.advance(1);
  strictEqual(limit.allows("down"), true);
  strictEqual(limit.allows("down"), false);
});

Deno.test("MinuteLimit.allows() goes by a clock that nobody sets", () => {
  const clock = new FakeClock();
  const limit = new MinuteLimit(clock);
  limit.allows("down");
  clock.stepWall(-86_400_000);
  clock.advance(60_000);
  strictEqual(limit.allows("down"), true);
});
