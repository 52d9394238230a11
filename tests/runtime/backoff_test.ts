import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "../support/random_runs.ts";
import { backoffMs } from "../../src/runtime/backoff.ts";

Deno.test("backoffMs() doubles from the least to the most", () => {
  const waits = [0, 1, 2, 3, 4, 5, 1_000_000].map((attempt) =>
    backoffMs(attempt, { minMs: 200, maxMs: 5_000, random: () => 1 })
  );
  deepStrictEqual(waits, [200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
});

Deno.test("backoffMs() draws at most half of the wait", () => {
  fc.assert(fc.property(fc.nat(100), fc.double({ min: 0, max: 0.999, noNaN: true }), (n, drawn) => {
    const options = { minMs: 10, maxMs: 1_000 };
    const ceiling = backoffMs(n, { ...options, random: () => 1 });
    const wait = backoffMs(n, { ...options, random: () => drawn });
    ok(wait >= ceiling / 2 && wait <= ceiling);
  }));
});
