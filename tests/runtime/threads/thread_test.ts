import { strictEqual } from "node:assert/strict";
import { Progress } from "../../../src/runtime/threads/thread.ts";

Deno.test("Progress finds a loop stuck, when its last turn is longer ago than it may be", () => {
  let nowMs = 0;
  const progress = new Progress(() => nowMs);
  nowMs = 5_000;
  strictEqual(progress.stuck(1_000), undefined, "it has not turned yet");
  progress.turn();
  nowMs += 1_000;
  strictEqual(progress.stuck(1_000), undefined);
  nowMs += 1;
  strictEqual(progress.stuck(1_000)?.message, "no progress for 1 s");
  strictEqual(progress.stuck(), undefined, "without a limit");
  progress.turn();
  strictEqual(progress.stuck(1_000), undefined);
});
