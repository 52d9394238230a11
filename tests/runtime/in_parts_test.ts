import { deepStrictEqual } from "node:assert/strict";
import { inParts } from "../../src/runtime/in_parts.ts";

const CASES: readonly [items: number[], size: number, parts: number[][]][] = [
  [[], 2, []],
  [[1, 2], 2, [[1, 2]]],
  [[1, 2, 3], 2, [[1, 2], [3]]],
];

for (const [items, size, parts] of CASES) {
  Deno.test(`inParts() divides ${items.length} items into parts of ${size}`, () => {
    deepStrictEqual(inParts(items, size), parts);
  });
}
