import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { TempFolder } from "../support/temp_folder.ts";
import { countsText, testCounts } from "./test_counts.ts";

Deno.test("testCounts() reads what deno test writes", async () => {
  using folder = new TempFolder();
  const tests = folder.write(
    "some_test.ts",
    `Deno.test("is well", () => {});
Deno.test({ name: "is left out", ignore: true, fn() {} });
Deno.test("fails", () => { throw new Error("<skipped/>"); });
`,
  );
  const report = folder.file("report.xml");
  const args = ["test", "--quiet", "--no-config", `--junit-path=${report}`, tests];
  const { code } = await new Deno.Command(Deno.execPath(), { args }).output();
  strictEqual(code, 1);
  const counts = testCounts(await Deno.readTextFile(report));
  deepStrictEqual(counts, { passed: 1, failed: 1, skipped: 1 });
  strictEqual(countsText([counts, counts]), "2 passed, 2 failed, 2 skipped");
});
