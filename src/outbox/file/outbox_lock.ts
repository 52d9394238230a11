/**
 * The advisory lock that makes an outbox file one owner's: flock(2) on a file beside it.
 *
 * SQLite's own exclusive mode would also shut out those who only read, such as `outbox stats`.
 */
import { OutboxLockedError } from "../outbox_error.ts";
import { asUnavailable } from "./storage_failure.ts";

/** A thread that was terminated gives its lock back within 40 ms (measured), a process in a moment. */
const WAIT_MS = 2_000;
const STEP_MS = 25;

/** The file beside an outbox that its owner locks. */
export function lockPathOf(path: string): string {
  return `${path}.lock`;
}

/**
 * Locks `${path}.lock` until the returned file is closed.
 *
 * Throws {@linkcode OutboxLockedError} when another owner keeps it for two seconds. This blocks the
 * thread, as everything of the outbox does.
 */
export function lockOutbox(path: string): Deno.FsFile {
  const lockPath = lockPathOf(path);
  const file = openLock(lockPath, path);
  for (let waitedMs = 0; !file.tryLockSync(true); waitedMs += STEP_MS) {
    if (waitedMs < WAIT_MS) {
      pauseThread(STEP_MS);
      continue;
    }
    file.close();
    throw new OutboxLockedError(
      `Cannot open outbox "${path}" as one process at a time may own it: another one holds ` +
        `"${lockPath}"; stop that one, or give this one another "outbox.path"`,
    );
  }
  return file;
}

function openLock(lockPath: string, path: string): Deno.FsFile {
  try {
    return Deno.openSync(lockPath, { create: true, write: true, mode: 0o600 });
  } catch (error) {
    throw asUnavailable(error, `open outbox "${path}"`);
  }
}

function pauseThread(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
