import { strictEqual } from "node:assert/strict";
import { plural } from "../../src/runtime/plural.ts";

Deno.test("plural() adds an s, unless there is one", () => {
  strictEqual([0, 1, 2].map((count) => plural(count, "report")).join(), "reports,report,reports");
});
