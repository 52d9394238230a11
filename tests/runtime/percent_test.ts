import { strictEqual } from "node:assert/strict";
import { percent } from "../../src/runtime/percent.ts";

for (
  const [part, words] of [
    [null, "no data"],
    [1, "100 %"],
    [0.99999, "99.99 %"],
    [0.5, "50.00 %"],
    [0, "0.00 %"],
  ] as const
) {
  Deno.test(`percent() says "${words}" of ${part}`, () => strictEqual(percent(part), words));
}
