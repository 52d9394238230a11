/** A disk of a few MiB that really fills up, where this machine lets one be mounted. */

import { statfsSync } from "node:fs";

/** A tmpfs, unmounted at the end of its scope. */
export class SmallDisk implements Disposable {
  /** At a folder that is empty, or at one of its own. */
  constructor(
    mebibytes: number,
    owner = "root",
    readonly folder = Deno.makeTempDirSync({ prefix: "sitemon-disk-" }),
  ) {
    try {
      const options = `size=${mebibytes}m,uid=${owner},huge=never`;
      run("mount", "-t", "tmpfs", "-o", options, "tmpfs", this.folder);
    } catch (error) {
      Deno.removeSync(this.folder);
      throw error;
    }
  }

  /** Takes all space that is left, but for some; resolves to what gives it back. */
  fill(bytesLeft = 0): () => void {
    const path = `${this.folder}/filler`;
    using file = Deno.openSync(path, { create: true, write: true });
    const block = new Uint8Array(4_096);
    try {
      for (;;) file.writeSync(block);
    } catch {
      file.truncateSync(Math.max(0, file.statSync().size - bytesLeft));
    }
    return () => Deno.removeSync(path);
  }

  /** Asked at once, unlike freeBytesOf(). */
  readonly freeBytes = (): number => {
    const { bavail, bsize } = statfsSync(this.folder);
    return bavail * bsize;
  };

  makeReadOnly(): void {
    run("mount", "-o", "remount,ro", this.folder);
  }

  [Symbol.dispose](): void {
    run("umount", "--lazy", this.folder);
    Deno.removeSync(this.folder);
  }
}

export function run(program: string, ...args: string[]): void {
  const { success, stderr } = new Deno.Command(program, { args, stderr: "piped" }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
}

/** The reason why there can be none, or `undefined`. */
export const WITHOUT_SMALL_DISK: string | undefined = (() => {
  try {
    new SmallDisk(1)[Symbol.dispose]();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
})();
