import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { expandGlob, isGlob } from "../../../src/config/yaml/site_entries.ts";
import { fakeHostEnvironment } from "../fake_host_environment.ts";

const FILES = [
  "a.yaml",
  "sites/b.yaml",
  "sites/c.yml",
  "sites/.d.yaml",
  "more/x/e.yaml",
  "/etc/f.yaml",
];
const { listFolder } = fakeHostEnvironment({
  files: Object.fromEntries(FILES.map((path) => [path, ""])),
});

Deno.test("expandGlob() matches names level by level", () => {
  const cases: [string, string[]][] = [
    ["*.yaml", ["a.yaml"]],
    ["sites/*", ["sites/b.yaml", "sites/c.yml"]],
    ["sites/?.y*ml", ["sites/b.yaml", "sites/c.yml"]],
    ["sites/.*", ["sites/.d.yaml"]],
    ["*/*/e.yaml", ["more/x/e.yaml"]],
    ["/etc/*.yaml", ["/etc/f.yaml"]],
    ["nowhere/*.yaml", []],
  ];
  for (const [glob, found] of cases) deepStrictEqual(expandGlob(glob, listFolder), found, glob);
});

Deno.test("expandGlob() treats folders that cannot be listed as empty", () => {
  const failing = () => {
    throw new Deno.errors.PermissionDenied();
  };
  deepStrictEqual(expandGlob("a/*.yaml", failing), []);
});

Deno.test("isGlob() distinguishes globs and paths", () => {
  deepStrictEqual(["a/*.yaml", "a?", "[ab]"].map(isGlob), [true, true, true]);
  strictEqual(isGlob("a/b.yaml"), false);
});
