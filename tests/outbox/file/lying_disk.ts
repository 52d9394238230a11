/** A disk that fails to write, says so once, and from then on takes what it lost for written. */
import { run, SmallDisk } from "./small_disk.ts";

const BLOCK = 1_024;
/** Syncs until every block of the journal was written once, so that only data can fail. */
const JOURNAL_SYNCS = 400;

/** ext4 on a loop device, whose backing file is on a disk that can be filled: as thin provisioning. */
export class LyingDisk implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "sitemon-lying-" });
  readonly #backing = new SmallDisk(24);
  readonly #image = `${this.#backing.folder}/image`;

  constructor() {
    try {
      run("truncate", "-s", "32M", this.#image);
      const eager = "lazy_itable_init=0,lazy_journal_init=0";
      run(
        "mkfs.ext4",
        "-q",
        "-b",
        `${BLOCK}`,
        "-J",
        "size=1",
        "-E",
        eager,
        "-N",
        "64",
        this.#image,
      );
      run("mount", "-o", "loop", this.#image, this.folder);
    } catch (error) {
      Deno.removeSync(this.folder);
      this.#backing[Symbol.dispose]();
      throw error;
    }
    const path = `${this.folder}/journal`;
    for (let sync = 0; sync < JOURNAL_SYNCS; sync++) {
      using file = Deno.openSync(path, { create: true, write: true });
      file.syncSync();
      if (sync % 2 === 1) Deno.removeSync(path);
    }
    run("sync", "-f", this.folder);
  }

  /** Blocks that were never written cannot be written until the result is called. */
  fail(): () => void {
    return this.#backing.fill();
  }

  /** What is on the disk after a power cut now, in a folder that goes with the scope. */
  afterPowerCut(): { readonly folder: string } & Disposable {
    const folder = Deno.makeTempDirSync({ prefix: "sitemon-power-cut-" });
    const image = `${folder}.image`;
    Deno.copyFileSync(this.#image, image);
    run("mount", "-o", "loop", image, folder);
    return {
      folder,
      [Symbol.dispose]() {
        run("umount", folder);
        Deno.removeSync(folder);
        Deno.removeSync(image);
      },
    };
  }

  [Symbol.dispose](): void {
    run("umount", this.folder);
    Deno.removeSync(this.folder);
    this.#backing[Symbol.dispose]();
  }
}

/** The reason why there can be none, or `undefined`. */
export const WITHOUT_LYING_DISK: string | undefined = (() => {
  try {
    new LyingDisk()[Symbol.dispose]();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
})();
