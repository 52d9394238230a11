/** A file with the pid of a daemon, for whoever sends it signals where no service manager does. */

/** The file cannot be used, or another process uses it. */
export class PidFileError extends Error {
  override readonly name = "PidFileError";
}

/** Locked while the process runs, so that two daemons never share one; removed when it is disposed of. */
export class PidFile implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;

  /** Throws PidFileError. A file that a killed process left behind is taken over. */
  constructor(path: string) {
    this.#path = path;
    this.#file = opened(path);
    if (!this.#file.tryLockSync(true)) {
      this.#file.close();
      throw new PidFileError(
        `pid file "${path}" is in use by another process (pid ${pidIn(path)}); stop that one, or ` +
          "choose another file",
      );
    }
    this.#file.truncateSync();
    this.#file.writeSync(new TextEncoder().encode(`${Deno.pid}\n`));
  }

  [Symbol.dispose](): void {
    try {
      Deno.removeSync(this.#path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    } finally {
      this.#file.close();
    }
  }
}

function opened(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { create: true, write: true, mode: 0o644 });
  } catch (error) {
    throw new PidFileError(`cannot write pid file "${path}": ${(error as Error).message}`);
  }
}

function pidIn(path: string): string {
  try {
    return /^\d+/.exec(Deno.readTextFileSync(path))?.[0] ?? "unknown";
  } catch {
    return "unknown";
  }
}
