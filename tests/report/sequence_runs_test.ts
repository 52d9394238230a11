import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "../support/random_runs.ts";
import { clipped, normalized, type Run, sizeOf, without } from "../../src/report/sequence_runs.ts";

const runs = fc.array(
  fc.record({ first: fc.integer({ min: 1, max: 60 }), length: fc.integer({ min: 1, max: 9 }) }),
  { maxLength: 12 },
).map((items) => items.map(({ first, length }) => ({ first, last: first + length - 1 })));

function membersOf(runs: readonly Run[]): Set<number> {
  return new Set(
    runs.flatMap(({ first, last }) =>
      Array.from({ length: last - first + 1 }, (_, n) => first + n)
    ),
  );
}

Deno.test("normalized() keeps the set, as runs that rise and do not touch", () => {
  fc.assert(fc.property(runs, (some) => {
    const result = normalized(some);
    deepStrictEqual(membersOf(result), new Set([...membersOf(some)].sort((a, b) => a - b)));
    for (const [index, run] of result.slice(1).entries()) {
      strictEqual(run.first > result[index]!.last + 1, true);
    }
    strictEqual(sizeOf(result), membersOf(some).size);
  }));
});

Deno.test("without() is the difference of the sets", () => {
  fc.assert(fc.property(runs, runs, (some, others) => {
    const result = without(normalized(some), normalized(others));
    deepStrictEqual(membersOf(result), membersOf(normalized(some)).difference(membersOf(others)));
    deepStrictEqual(normalized(result), result);
  }));
});

Deno.test("clipped() keeps what lies within a run", () => {
  const some = [{ first: 1, last: 5 }, { first: 7, last: 7 }, { first: 9, last: 20 }];
  deepStrictEqual(clipped(some, { first: 5, last: 10 }), [
    { first: 5, last: 5 },
    { first: 7, last: 7 },
    { first: 9, last: 10 },
  ]);
});
