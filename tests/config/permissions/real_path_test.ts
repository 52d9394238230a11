import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { joined } from "../../../src/config/permissions/permissions.ts";
import { realPath } from "../../../src/config/permissions/real_path.ts";
import { TempFolder } from "../../support/temp_folder.ts";

/** `real/state/` and `disk/o.db`, with links to each: to the folder, above it, and to the file. */
function linkedFolders(): TempFolder {
  const folder = new TempFolder();
  Deno.mkdirSync(folder.file("real/state"), { recursive: true });
  Deno.mkdirSync(folder.file("disk"));
  folder.write("disk/o.db", "");
  Deno.symlinkSync("real", folder.file("above"));
  Deno.symlinkSync(folder.file("real/state"), folder.file("state"));
  Deno.symlinkSync("../../disk/o.db", folder.file("real/state/linked.db"));
  return folder;
}

Deno.test("realPath() resolves links anywhere in a path, whose end need not exist", () => {
  using folder = linkedFolders();
  const resolved: Readonly<Record<string, string>> = {
    "real/state": "real/state",
    "state": "real/state",
    "above/state": "real/state",
    "state/new.db": "real/state/new.db",
    "above/state/new/deep.db": "real/state/new/deep.db",
    "above/state/linked.db": "disk/o.db",
    "none/o.db": "none/o.db",
  };
  for (const [path, expected] of Object.entries(resolved)) {
    strictEqual(realPath(folder.file(path)), folder.file(expected), path);
  }
  strictEqual(realPath("/no such folder/o.db"), "/no such folder/o.db");
});

Deno.test("joined() lists a path as it is written and as it resolves", () => {
  using folder = linkedFolders();
  const files = (paths: string[]) => paths.map((path) => folder.file(path));
  const { read, write } = joined([{ read: files(["above/state"]), write: files(["state"]) }]);
  deepStrictEqual(read, files(["above/state", "real/state"]));
  deepStrictEqual(write, files(["real/state", "state"]));
});
