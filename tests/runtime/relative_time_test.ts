import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { clockTime, lengthText, relativeTime, span } from "../../src/runtime/relative_time.ts";

const NOW = new Date("2026-05-01T12:00:00Z");

Deno.test("relativeTime() says how long ago something was, and span() how long it lasted", () => {
  const ago = (seconds: number) => relativeTime(new Date(NOW.getTime() - seconds * 1_000), NOW);
  deepStrictEqual([0, 0.9, 119, 120].map(ago), ["0 s ago", "0 s ago", "119 s ago", "2 min ago"]);
  deepStrictEqual([7_199, 7_200].map(ago), ["119 min ago", "2 h ago"]);
  deepStrictEqual([172_799, 172_800, -300].map(ago), ["47 h ago", "2 d ago", "in 5 min"]);
  strictEqual(span(90_000), "25 h");
});

Deno.test("lengthText() says two units of a length, and clockTime() a moment in UTC", () => {
  const lengths = [0, 59, 60, 750, 3_600, 4_320, 86_460, 2 * 86_400 + 3 * 3_600 + 59];
  deepStrictEqual(lengths.map(lengthText), [
    ...["0 s", "59 s", "1 min", "12 min 30 s", "1 h", "1 h 12 min", "1 d", "2 d 3 h"],
  ]);
  strictEqual(clockTime(NOW), "2026-05-01 12:00:00");
});
