/**
 * The advisory lock that makes an outbox file one owner's: flock(2) on a file beside it.
 *
 * SQLite's own exclusive mode would also shut out those who only read, such as `outbox stats`.
 */
import { OutboxLockedError } from "../outbox_error.ts";
import { asUnavailable } from "./storage_failure.ts";

/** The lock of a thread that was terminated is free within 40 ms (measured), of a process at once. */
const WAIT_MS = 2_000;
const STEP_MS = 25;

export function lockPathOf(path: string): string {
  return `${path}.lock`;
}

/**
 * Locks `${path}.lock` until the returned file is closed.
 *
 * Throws {@linkcode OutboxLockedError} when another owner holds it for two seconds. This blocks the
 * thread, as everything of the outbox does.
 */
export function lockOutbox(path: string): Deno.FsFile {
  const lockPath = lockPathOf(path);
  const file = openLock(lockPath, path);
  for (let waitedMs = 0; !file.tryLockSync(true); waitedMs += STEP_MS) {
    if (waitedMs >= WAIT_MS) {
      file.close();
      throw new OutboxLockedError(
        `outbox "${path}" is in use by another process${pidIn(lockPath)}; stop that one, or ` +
          `change "outbox.path" of this one`,
      );
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STEP_MS);
  }
  writePid(file);
  return file;
}

/** Only for people who read the error: the lock holds without it. */
function writePid(file: Deno.FsFile): void {
  try {
    file.truncateSync();
    file.writeSync(new TextEncoder().encode(`${Deno.pid}\n`));
  } catch {
    // A full disk has no room for it.
  }
}

function pidIn(lockPath: string): string {
  try {
    const pid = Deno.readTextFileSync(lockPath).trim();
    return /^\d+$/.test(pid) ? ` (pid ${pid})` : "";
  } catch {
    return "";
  }
}

function openLock(lockPath: string, path: string): Deno.FsFile {
  try {
    return Deno.openSync(lockPath, { create: true, write: true, mode: 0o600 });
  } catch (error) {
    throw asUnavailable(error, `open outbox "${path}"`);
  }
}
