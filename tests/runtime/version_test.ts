import { match, strictEqual } from "node:assert/strict";
import { VERSION, versionText } from "../../src/runtime/version.ts";

Deno.test("VERSION is that of deno.json", () => {
  const text = Deno.readTextFileSync(new URL("../../deno.json", import.meta.url));
  strictEqual(VERSION, JSON.parse(text).version);
  match(VERSION, /^\d+\.\d+\.\d+$/);
});

// What an executable says of its commit, tests/compile/compile_test.ts asks one.
Deno.test("versionText() is the version alone, when sitemon runs from source", async () => {
  strictEqual(await versionText(), VERSION);
});
