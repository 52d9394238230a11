import { ok, strictEqual } from "node:assert/strict";
import fc from "../support/random_runs.ts";
import { bounded } from "../../src/report/bounds.ts";

const CASES: readonly [text: string, lengthMax: number, expected: string][] = [
  ["", 0, ""],
  ["abc", 3, "abc"],
  ["abcd", 3, "abc"],
  ["a🔒", 3, "a🔒"],
  ["a🔒b", 2, "a"],
  ["🔒", 1, ""],
  ["ab", 0, ""],
];

for (const [text, lengthMax, expected] of CASES) {
  Deno.test(`bounded() returns "${expected}", when "${text}" may have ${lengthMax}`, () => {
    strictEqual(bounded(text, lengthMax), expected);
  });
}

Deno.test("bounded() keeps whole characters, and all but one of the allowed units", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.nat(20), (text, lengthMax) => {
    const cut = bounded(text, lengthMax);
    ok(text.startsWith(cut) && cut.isWellFormed() && cut.length <= lengthMax);
    ok(cut.length >= Math.min(text.length, lengthMax - 1));
  }));
});
