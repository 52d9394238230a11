import { strictEqual } from "node:assert/strict";
import { relativeTime, span } from "../../src/runtime/relative_time.ts";

const NOW = new Date("2026-05-01T12:00:00Z");

for (
  const [seconds, words] of [
    [0, "0 s ago"],
    [0.9, "0 s ago"],
    [119, "119 s ago"],
    [120, "2 min ago"],
    [7_199, "119 min ago"],
    [7_200, "2 h ago"],
    [172_799, "47 h ago"],
    [172_800, "2 d ago"],
    [-300, "in 5 min"],
  ] as const
) {
  Deno.test(`relativeTime() says "${words}" of ${seconds} s`, () => {
    strictEqual(relativeTime(new Date(NOW.getTime() - seconds * 1_000), NOW), words);
  });
}

Deno.test("span() says how long something lasted", () => {
  strictEqual(span(90_000), "25 h");
});
