import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "../../support/random_runs.ts";
import * as z from "zod";
import { duration, size } from "../../../src/config/schema/duration_and_size.ts";
import { formatDuration, parseDuration } from "../../../src/config/schema/quantity.ts";

const ANY_SIZE = size({ minBytes: 0, maxBytes: Number.MAX_SAFE_INTEGER });

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
  ];
  for (const [text, ms] of cases) strictEqual(parseDuration(text), ms, String(text));
  const none = ["-1s", "1 s", "1S", "1w", "1toString", "", "s", NaN, Infinity, -1];
  for (const text of none) strictEqual(parseDuration(text), undefined, String(text));
});

Deno.test("size() takes binary units, decimal ones and plain bytes", () => {
  const cases: [number | string, number][] = [
    ["1B", 1],
    ["64KiB", 65_536],
    ["256MiB", 268_435_456],
    ["1GiB", 1_073_741_824],
    ["1TiB", 1_099_511_627_776],
    ["1.5KiB", 1_536],
    ["1GB", 1_000_000_000],
    ["1.1MB", 1_100_000],
    ["2kB", 2_000],
    ["2KB", 2_000],
    ["1TB", 1_000_000_000_000],
    [1_000, 1_000],
    ["0", 0],
  ];
  for (const [text, bytes] of cases) strictEqual(ANY_SIZE.parse(text), bytes, String(text));
  for (const text of ["1.5B", "1G", "1 MiB", "1mib", "-1KiB", 0.5, NaN]) {
    strictEqual(ANY_SIZE.safeParse(text).success, false, String(text));
  }
});

Deno.test("duration() and size() write what they read, in the largest unit", () => {
  fc.assert(fc.property(fc.nat(), (ms) => strictEqual(parseDuration(formatDuration(ms)), ms)));
  const bytes = fc.nat({ max: Number.MAX_SAFE_INTEGER });
  fc.assert(fc.property(bytes, (value) => {
    strictEqual(ANY_SIZE.parse(z.encode(ANY_SIZE, value)), value);
  }));
  const durations = [0, 1, 1_000, 90_000, 86_400_000].map(formatDuration);
  deepStrictEqual(durations, ["0s", "1ms", "1s", "90s", "1d"]);
  const sizes = [0, 1_023, 1_024, 1_048_576, 3_000].map((value) => z.encode(ANY_SIZE, value));
  deepStrictEqual(sizes, ["0B", "1023B", "1KiB", "1MiB", "3kB"]);
});

Deno.test("duration() and size() include both of their bounds", () => {
  const durations = duration({ minMs: 100, maxMs: 60_000 });
  const accepted = ["99ms", "100ms", "60s", "1m", "60001ms"].filter((value) =>
    durations.safeParse(value).success
  );
  deepStrictEqual(accepted, ["100ms", "60s", "1m"]);
  const sizes = size({ minBytes: 1_024, maxBytes: 2_048 });
  const within = [1_023, "1KiB", "2KiB", 2_049].filter((value) => sizes.safeParse(value).success);
  deepStrictEqual(within, ["1KiB", "2KiB"]);
});
