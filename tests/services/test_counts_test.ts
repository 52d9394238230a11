import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { countsText, testCounts } from "./test_counts.ts";

Deno.test("testCounts() reads what deno test writes", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sitemon-counts-" });
  const tests = `${folder}/some_test.ts`;
  await Deno.writeTextFile(
    tests,
    `Deno.test("is well", () => {});
Deno.test({ name: "is left out", ignore: true, fn() {} });
Deno.test("fails", () => { throw new Error("<skipped/>"); });
`,
  );
  const report = `${folder}/report.xml`;
  const args = ["test", "--quiet", "--no-config", `--junit-path=${report}`, tests];
  const { code } = await new Deno.Command(Deno.execPath(), { args }).output();
  strictEqual(code, 1);
  const counts = testCounts(await Deno.readTextFile(report));
  deepStrictEqual(counts, { passed: 1, failed: 1, skipped: 1 });
  strictEqual(countsText([counts, counts]), "2 passed, 2 failed, 2 skipped");
  await Deno.remove(folder, { recursive: true });
});
