import { ok, strictEqual } from "node:assert/strict";
import {
  contrastOf,
  GROUNDS,
  isColor,
  lightened,
  TEXT_CONTRAST_MIN,
} from "../../src/runtime/contrast.ts";

for (
  // As WebAIM's checker has them, cut to two decimals.
  const [one, other, ratio] of [
    ["#000000", "#ffffff", 21],
    ["#ffffff", "#ffffff", 1],
    ["#767676", "#ffffff", 4.54],
    ["#ff0000", "#ffffff", 3.99],
  ] as const
) {
  Deno.test(`contrastOf() is ${ratio} for ${one} and ${other}`, () => {
    ok(Math.abs(contrastOf(one, other) - ratio) < 0.05, `${contrastOf(one, other)}`);
    strictEqual(contrastOf(one, other), contrastOf(other, one));
  });
}

Deno.test("lightened() can be read on dark grounds, whatever the color", () => {
  for (const color of ["#000000", "#0b57b4", "#b42318", "#17713c", "#ffffff", "#4b0082"]) {
    const shade = lightened(color);
    ok(isColor(shade), shade);
    for (const ground of GROUNDS.dark) ok(contrastOf(shade, ground) >= TEXT_CONTRAST_MIN, color);
  }
  strictEqual(lightened("#8cbcff"), "#8cbcff");
});

Deno.test("isColor() knows six digits, and no other way to write a color", () => {
  ok(isColor("#0b57B4"));
  for (const text of ["#fff", "red", "#0b57b4ff", "0b57b4", "#0b57bg", "#0b57b4;"]) {
    ok(!isColor(text), text);
  }
});
