import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import * as z from "zod";
import { duration, formatDuration, parseDuration } from "../../../src/config/schema/duration.ts";

Deno.test("parseDuration() takes units and plain seconds", () => {
  const cases: [number | string, number | undefined][] = [
    ["500ms", 500],
    ["30s", 30_000],
    ["5m", 300_000],
    ["2h", 7_200_000],
    ["1d", 86_400_000],
    ["1.5s", 1_500],
    [5, 5_000],
    [0.25, 250],
    ["5", 5_000],
    ["0s", 0],
    ["-1s", undefined],
    ["1 s", undefined],
    ["1S", undefined],
    ["1w", undefined],
    ["", undefined],
    ["s", undefined],
    [NaN, undefined],
    [Infinity, undefined],
    [-1, undefined],
  ];
  for (const [text, ms] of cases) strictEqual(parseDuration(text), ms, String(text));
});

Deno.test("formatDuration() writes what parseDuration() reads", () => {
  fc.assert(fc.property(fc.nat(), (ms) => strictEqual(parseDuration(formatDuration(ms)), ms)));
  deepStrictEqual([0, 1, 1_000, 90_000, 86_400_000].map(formatDuration), [
    "0s",
    "1ms",
    "1s",
    "90s",
    "1d",
  ]);
});

Deno.test("duration() includes both of its bounds", () => {
  const schema = duration({ minMs: 100, maxMs: 60_000 });
  const isTaken = (value: unknown) => schema.safeParse(value).success;
  deepStrictEqual(["99ms", "100ms", "60s", "1m", "60001ms"].map(isTaken), [
    false,
    true,
    true,
    true,
    false,
  ]);
  strictEqual(z.encode(schema, 60_000), "1m");
});
