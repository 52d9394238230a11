import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { systemHostEnvironment } from "../../../src/config/host_environment.ts";
import { expandGlob, isGlob } from "../../../src/config/yaml/site_entries.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { fakeHostEnvironment } from "../fake_host_environment.ts";

const FILES = [
  "a.yaml",
  "sites/b.yaml",
  "sites/c.yml",
  "sites/.d.yaml",
  "more/x/e.yaml",
  "/etc/f.yaml",
];
const FOLDERS = fakeHostEnvironment({
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
    ["**/*.yaml", ["a.yaml", "more/x/e.yaml", "sites/b.yaml"]],
    ["*/**", ["more/x/e.yaml", "sites/b.yaml", "sites/c.yml"]],
    ["more/**/x/**/e.*", ["more/x/e.yaml"]],
    ["nowhere/*.yaml", []],
  ];
  for (const [glob, found] of cases) deepStrictEqual(expandGlob(glob, FOLDERS), found, glob);
});

Deno.test("expandGlob() treats folders that cannot be listed as empty", () => {
  const failing = () => {
    throw new Deno.errors.PermissionDenied();
  };
  deepStrictEqual(expandGlob("a/**/*.yaml", { listFolder: failing, isFolder: failing }), []);
});

Deno.test("expandGlob() follows no links through **, and stops at too many folders", () => {
  using folder = new TempFolder();
  Deno.mkdirSync(folder.file("a"));
  folder.write("a/b.yaml", "");
  Deno.symlinkSync("..", folder.file("a/up"));
  deepStrictEqual(expandGlob(`${folder.path}/**/*.yaml`, systemHostEnvironment()), [
    folder.file("a/b.yaml"),
  ]);
  const endless = { listFolder: () => ["x", "y"], isFolder: () => true };
  throws(() => expandGlob("**/*.yaml", endless), RangeError);
});

Deno.test("isGlob() distinguishes globs and paths", () => {
  deepStrictEqual(["a/*.yaml", "a?", "[ab]"].map(isGlob), [true, true, true]);
  strictEqual(isGlob("a/b.yaml"), false);
});
