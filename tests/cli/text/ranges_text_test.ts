import { ok, strictEqual } from "node:assert/strict";
import { rangesText } from "../../../src/cli/text/ranges_text.ts";

Deno.test("rangesText() names the first ranges, and how many more there are", () => {
  strictEqual(rangesText([{ first: 3, last: 3 }, { first: 7, last: 12 }]), "3, 7 to 12");
  const many = Array.from({ length: 25 }, (_, n) => ({ first: 2 * n, last: 2 * n }));
  ok(rangesText(many, 2).endsWith("38 and 7 more ranges"));
});
