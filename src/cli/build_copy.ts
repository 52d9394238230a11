/**
 * A copy of what an executable is made from, with the times of 1970. Executables hold the times of
 * their files, which differ between two checkouts of one commit.
 */
import { dirname } from "node:path";

/** Files and folders, from the root of the project. */
const SOURCES = ["deno.json", "deno.lock", "src"];

/** A folder that is removed when it is disposed of. */
export class BuildCopy implements Disposable {
  /** From the working folder, as the one that it is made in. */
  readonly folder: string;

  /** Copies the sources and `more` files of the working folder into a new folder in `parent`. */
  constructor(parent: string, more: readonly string[]) {
    this.folder = Deno.makeTempDirSync({ dir: parent, prefix: "build-" });
    for (const path of [...SOURCES, ...more]) this.#copy(path);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }

  #copy(path: string): void {
    if (Deno.statSync(path).isDirectory) {
      for (const { name } of Deno.readDirSync(path)) this.#copy(`${path}/${name}`);
      return;
    }
    const target = `${this.folder}/${path}`;
    Deno.mkdirSync(dirname(target), { recursive: true });
    Deno.copyFileSync(path, target);
    Deno.utimeSync(target, 0, 0);
  }
}
