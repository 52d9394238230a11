import { match, strictEqual } from "node:assert/strict";
import { VERSION, versionText } from "../../src/runtime/version.ts";

// What an executable says of its commit, tests/compile/compile_test.ts asks one.
Deno.test("versionText() is the version of deno.json alone, when sitemon runs from source", async () => {
  match(VERSION, /^\d+\.\d+\.\d+$/);
  strictEqual(await versionText(), VERSION);
});
