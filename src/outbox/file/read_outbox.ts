/** Reads an outbox file that another process may own and write. */
import { DatabaseSync } from "node:sqlite";
import { CorruptOutboxError, OutboxMissingError } from "../outbox_error.ts";
import { isWithoutTables, refuseForeignFile } from "./outbox_database.ts";
import { asUnavailable, isCorruption } from "./storage_failure.ts";

/**
 * Opens the file to read alone, for as long as `read` takes.
 *
 * Throws {@linkcode OutboxMissingError} without a file, or with one whose producer was killed before
 * it had created the tables, {@linkcode CorruptOutboxError} for a damaged file,
 * {@linkcode OutboxRefusedError} for another program's, and {@linkcode OutboxUnavailableError} when
 * the disk cannot be read.
 */
export function readOutbox<T>(path: string, read: (sql: DatabaseSync) => T): T {
  try {
    // SQLite would take it for a new one.
    if (outboxBytes(path) === 0) throw new CorruptOutboxError("the file is empty");
    const sql = new DatabaseSync(path, { readOnly: true });
    try {
      if (isWithoutTables(sql)) throw new OutboxMissingError(path);
      refuseForeignFile(sql, path);
      return read(sql);
    } finally {
      sql.close();
    }
  } catch (error) {
    if (isCorruption(error)) throw damaged(path, error);
    throw asUnavailable(error, `read outbox "${path}"`);
  }
}

/** Size of the file; throws {@linkcode OutboxMissingError} when there is none. */
export function outboxBytes(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    throw error instanceof Deno.errors.NotFound ? new OutboxMissingError(path) : error;
  }
}

/** For people: what is wrong, and how the rows are recovered. */
export function damaged(path: string, cause: Error): CorruptOutboxError {
  return new CorruptOutboxError(
    `outbox "${path}" is damaged: ${cause.message}; a producer that owns it begins a new file at ` +
      `its next start; recover its rows with "sqlite3 ${path} .recover"`,
    { cause },
  );
}
