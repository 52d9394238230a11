/** What a failure of the storage, of SQLite or of the file system, means for the outbox. */
import { CorruptOutboxError, type OutboxFailure, OutboxUnavailableError } from "../outbox_error.ts";

const SQLITE_FULL = 13;

/** Primary result codes. @see https://www.sqlite.org/rescode.html */
const SQLITE_FAILURES: ReadonlyMap<unknown, OutboxFailure> = new Map([
  [3, "read_only"], // PERM
  [5, "busy"], // BUSY
  [6, "busy"], // LOCKED
  [8, "read_only"], // READONLY
  [10, "io_error"], // IOERR
  [SQLITE_FULL, "disk_full"],
  [14, "io_error"], // CANTOPEN
]);
/** IOERR_ of WRITE, FSYNC, DIR_FSYNC, TRUNCATE, DELETE, CLOSE, COMMIT_ATOMIC, as extended codes. */
const WRITE_FAILURES: readonly number[] = [3, 4, 5, 6, 10, 16, 30].map((n) => 10 | n << 8);
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** Codes of the file system's own errors, which opening the lock or moving a file may raise. */
const SYSTEM_FAILURES: ReadonlyMap<unknown, OutboxFailure> = new Map([
  ["ENOSPC", "disk_full"],
  ["EDQUOT", "disk_full"],
  ["EROFS", "read_only"],
  ["EACCES", "read_only"],
  ["EPERM", "read_only"],
  ["EIO", "io_error"],
  ["ENOENT", "io_error"],
  ["ENOTDIR", "io_error"],
  ["EISDIR", "io_error"],
]);

const TEXTS: Readonly<Record<OutboxFailure, readonly [fact: string, remedy: string]>> = {
  disk_full: ["disk full", "free up some space"],
  read_only: ["no write access", "make the file and its folder writable for this user"],
  io_error: ["disk error", "check that the folder exists and that the disk works"],
  busy: ["file locked", "stop the other program that writes to the file"],
};

/** True when the file itself is damaged. */
export function isCorruption(error: unknown): error is Error {
  if (error instanceof CorruptOutboxError) return true;
  const code = sqliteCode(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

/**
 * True when a disk did not take what was written: a sync that failed has taken its pages for written,
 * so that the next one succeeds without them. Errors of reading, locks and memory are none.
 */
export function isDiskFailure(error: unknown): boolean {
  const { errcode, code } = (error ?? {}) as { readonly errcode?: number; readonly code?: string };
  return code === "EIO" || WRITE_FAILURES.includes(errcode ?? 0);
}

/** True when SQLite found no room on the disk. */
export function isDiskFull(error: unknown): boolean {
  return sqliteCode(error) === SQLITE_FULL;
}

/** An error of the disk as one that is worth a retry; any other error as it is. */
export function asUnavailable(error: unknown, action: string): unknown {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  const failure = SQLITE_FAILURES.get(sqliteCode(error)) ?? SYSTEM_FAILURES.get(code);
  if (failure === undefined) return error;
  const [fact, remedy] = TEXTS[failure];
  const message = `${fact}: cannot ${action}: ${(error as Error).message}; ${remedy}`;
  return new OutboxUnavailableError(failure, message, { cause: error });
}

/** Extended codes carry the primary one in their lowest byte. Only statements' errors have any. */
function sqliteCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === "number" ? code & 0xff : undefined;
}
