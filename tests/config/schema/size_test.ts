import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import * as z from "zod";
import { formatSize, parseSize, size } from "../../../src/config/schema/size.ts";

Deno.test("parseSize() takes binary units and plain bytes", () => {
  const cases: [number | string, number | undefined][] = [
    ["1B", 1],
    ["64KiB", 65_536],
    ["256MiB", 268_435_456],
    ["1GiB", 1_073_741_824],
    ["1TiB", 1_099_511_627_776],
    ["1.5KiB", 1_536],
    [1_000, 1_000],
    ["0", 0],
    ["1.5B", undefined],
    ["1MB", undefined],
    ["1 MiB", undefined],
    ["1mib", undefined],
    ["-1KiB", undefined],
    [0.5, undefined],
    [NaN, undefined],
  ];
  for (const [text, bytes] of cases) strictEqual(parseSize(text), bytes, String(text));
});

Deno.test("formatSize() writes what parseSize() reads", () => {
  const bytes = fc.nat({ max: Number.MAX_SAFE_INTEGER });
  fc.assert(fc.property(bytes, (value) => strictEqual(parseSize(formatSize(value)), value)));
  deepStrictEqual([0, 1_023, 1_024, 1_048_576].map(formatSize), ["0B", "1023B", "1KiB", "1MiB"]);
});

Deno.test("size() includes both of its bounds", () => {
  const schema = size({ minBytes: 1_024, maxBytes: 2_048 });
  const isTaken = (value: unknown) => schema.safeParse(value).success;
  deepStrictEqual([1_023, "1KiB", "2KiB", 2_049].map(isTaken), [false, true, true, false]);
  strictEqual(z.encode(schema, 2_048), "2KiB");
});
