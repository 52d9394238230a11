/**
 * The advisory lock that makes an outbox file one owner's: flock(2) on a file beside it, which also
 * keeps how the last owner left the outbox.
 *
 * SQLite's own exclusive mode would also shut out those who only read, such as `outbox stats`.
 */
import { OutboxLockedError } from "../outbox_error.ts";
import type { FileIdentity, OutboxRecord } from "./outbox_record.ts";
import { asUnavailable } from "./storage_failure.ts";

/** The lock of a thread that was terminated is free within 40 ms (measured), of a process at once. */
const WAIT_MS = 2_000;
const STEP_MS = 25;
/** Disks write so much at once or not at all, so that what is overwritten is never half of each. */
const RECORD_BYTES = 512;

export function lockPathOf(path: string): string {
  return `${path}.lock`;
}

/** What the lock file holds, as JSON; people may read the pid. */
interface LockContent extends Partial<OutboxRecord> {
  readonly pid: number;
}

/** Locked until it is closed, or until its process ends. */
export class OutboxLock implements Disposable {
  /** Of the lock file, by which its owner notices that it was removed. */
  readonly identity: FileIdentity;
  readonly #file: Deno.FsFile;
  #record: OutboxRecord | undefined;

  /**
   * Locks `${path}.lock`.
   *
   * Throws {@linkcode OutboxLockedError} when another owner holds it for two seconds. This blocks the
   * thread, as everything of the outbox does.
   */
  constructor(path: string) {
    const lockPath = lockPathOf(path);
    this.#file = openLock(lockPath, path);
    for (let waitedMs = 0; !this.#file.tryLockSync(true); waitedMs += STEP_MS) {
      if (waitedMs >= WAIT_MS) {
        this.#file.close();
        throw new OutboxLockedError(
          `outbox "${path}" is in use by another process${pidIn(lockPath)}; stop that one, or ` +
            `change "outbox.path" of this one`,
        );
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STEP_MS);
    }
    this.identity = this.#file.statSync();
    this.#record = recordIn(contentOf(lockPath));
    this.#writePid();
  }

  /** How the last owner left the outbox, or this one has it; `undefined` when that is unknown. */
  get record(): OutboxRecord | undefined {
    return this.#record;
  }

  /**
   * Notes the outbox's state. What is not `durable` survives the end of the process, but perhaps no
   * power cut, and costs some microseconds.
   */
  note(record: OutboxRecord, { durable = true } = {}): void {
    this.#write({ pid: Deno.pid, ...record });
    if (durable) this.#file.syncSync();
    this.#record = record;
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  /** Only for people who read the error: the lock holds without it. */
  #writePid(): void {
    try {
      this.#write({ pid: Deno.pid, ...this.#record });
      this.#file.truncateSync(RECORD_BYTES);
    } catch {
      // A full disk has no room for it.
    }
  }

  /** Always in the same bytes of the disk, which a full one has too. */
  #write(content: LockContent): void {
    const text = `${JSON.stringify(content).padEnd(RECORD_BYTES - 1)}\n`;
    this.#file.seekSync(0, Deno.SeekMode.Start);
    this.#file.writeSync(new TextEncoder().encode(text));
  }
}

function contentOf(lockPath: string): Partial<LockContent> {
  try {
    return JSON.parse(Deno.readTextFileSync(lockPath)) ?? {};
  } catch {
    return {};
  }
}

function recordIn(content: Partial<LockContent>): OutboxRecord | undefined {
  const { producerId, sequence, isOpen = true, isFailing = true, place, runId } = content;
  if (typeof producerId !== "string" || typeof sequence !== "number" || !place) return undefined;
  return { producerId, sequence, isOpen, isFailing, place, runId };
}

function pidIn(lockPath: string): string {
  const { pid } = contentOf(lockPath);
  return typeof pid === "number" ? ` (pid ${pid})` : "";
}

function openLock(lockPath: string, path: string): Deno.FsFile {
  try {
    return Deno.openSync(lockPath, { create: true, write: true, mode: 0o600 });
  } catch (error) {
    throw asUnavailable(error, `open outbox "${path}"`);
  }
}
