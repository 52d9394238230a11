import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { join } from "node:path";
import { readingFailure, systemHostEnvironment } from "../../src/config/host_environment.ts";

function inFolder(test: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    test(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("systemHostEnvironment() reads files up to the limit, and not a byte more", () => {
  const { readTextFile } = systemHostEnvironment();
  inFolder((folder) => {
    const path = join(folder, "a");
    Deno.writeTextFileSync(path, "é".repeat(50_000));
    strictEqual(readTextFile(path, 100_000), "é".repeat(50_000));
    throws(() => readTextFile(path, 99_999), { name: "RangeError" });
    throws(() => readTextFile("/dev/zero", 1_000), { name: "RangeError" });
  });
});

Deno.test("systemHostEnvironment() tells files, also behind links, from pipes and devices", () => {
  const { isRegularFile } = systemHostEnvironment();
  inFolder((folder) => {
    const [file, link, pipe] = ["file", "link", "pipe"].map((name) => join(folder, name));
    Deno.writeTextFileSync(file!, "");
    Deno.symlinkSync(file!, link!);
    strictEqual(new Deno.Command("mkfifo", { args: [pipe!] }).outputSync().success, true);
    deepStrictEqual([file!, link!, pipe!, "/dev/zero"].map(isRegularFile), [
      true,
      true,
      false,
      false,
    ]);
  });
});

Deno.test("systemHostEnvironment() tells folders from links to them", () => {
  const { isFolder } = systemHostEnvironment();
  inFolder((folder) => {
    Deno.symlinkSync(folder, join(folder, "link"));
    deepStrictEqual([folder, join(folder, "link")].map(isFolder), [true, false]);
    throws(() => isFolder(join(folder, "no")), Deno.errors.NotFound);
  });
});

Deno.test("systemHostEnvironment() gives the working directory, folders and the environment", () => {
  const { env, listFolder, workingFolder } = systemHostEnvironment();
  inFolder((folder) => {
    Deno.writeTextFileSync(join(folder, "a"), "");
    deepStrictEqual(listFolder(folder), ["a"]);
  });
  strictEqual(workingFolder, Deno.cwd());
  strictEqual(env("PATH"), Deno.env.get("PATH"));
  strictEqual(env("SITEMON_NO_SUCH_VARIABLE"), undefined);
});

Deno.test({
  name: "systemHostEnvironment() treats a variable that must not be read as not set",
  permissions: { env: false, read: true },
  fn: () => strictEqual(systemHostEnvironment().env("PATH"), undefined),
});

Deno.test("readingFailure() says why a file cannot be read", () => {
  const { readTextFile } = systemHostEnvironment();
  inFolder((folder) => {
    const path = join(folder, "a");
    Deno.writeFileSync(path, new Uint8Array([0xff, 0xfe, 0xff]));
    const cases: [string, string][] = [
      [join(folder, "no"), "no such file"],
      [folder, "is a directory"],
      [join(path, "b"), "part of the path is not a directory"],
      [path, "not UTF-8 text"],
      ["/dev/zero", "larger than 10 bytes"],
    ];
    for (const [file, failure] of cases) {
      throws(() => readTextFile(file, 10), (error) => readingFailure(error) === failure, failure);
    }
  });
  const denied = "permission denied; let this user read it";
  strictEqual(readingFailure(new Deno.errors.PermissionDenied()), denied);
});
