import { strictEqual } from "node:assert/strict";
import fc from "../../support/random_runs.ts";
import { DueQueue } from "../../../src/scanner/schedule/due_queue.ts";

Deno.test("lastDueMs() is what sorting finds, whatever was pushed and taken", () => {
  const times = fc.array(fc.nat(100), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(times, fc.nat(100), fc.integer({ min: 1, max: 6 }), (dues, untilMs, count) => {
      const queue = new DueQueue<number>();
      for (const dueMs of dues) queue.push(dueMs, dueMs);
      const sorted = dues.toSorted((a, b) => a - b);
      for (let taken = 0; taken < dues.length; taken += 1) {
        const next = sorted.slice(taken, taken + count).filter((dueMs) => dueMs <= untilMs);
        strictEqual(queue.lastDueMs(count, untilMs), next.at(-1) ?? -Infinity);
        strictEqual(queue.takeDue(100), sorted[taken]);
      }
    }),
  );
});
