/** Reads an outbox file that another process may own and write. */
import { DatabaseSync } from "node:sqlite";
import { isWithoutTables, refuseForeignFile } from "./outbox_database.ts";
import { OutboxMissingError, OutboxRefusedError } from "../outbox_error.ts";
import { asUnavailable, isCorruption } from "./storage_failure.ts";

/**
 * Opens the file to read alone, for as long as `read` takes.
 *
 * Throws {@linkcode OutboxMissingError} without a file, or with one whose producer was ended before it
 * had created the tables, {@linkcode OutboxRefusedError} when it is not a sound outbox, or
 * {@linkcode OutboxUnavailableError} when the disk cannot be read.
 */
export function readOutbox<T>(path: string, read: (sql: DatabaseSync) => T): T {
  if (outboxBytes(path) === 0) throw damaged(path, new Error("the file is empty"));
  try {
    return readThrough(new DatabaseSync(path, { readOnly: true }), { path, read });
  } catch (error) {
    if (!isCorruption(error)) throw asUnavailable(error, `read outbox "${path}"`);
    throw damaged(path, error);
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

/** The file is damaged, and its owner has not moved it aside yet. */
export function damaged(path: string, error: unknown): OutboxRefusedError {
  return new OutboxRefusedError(
    `Cannot read outbox "${path}" as its pages must be sound: ${(error as Error).message}; ` +
      `its producer moves it aside when it starts next`,
    { cause: error },
  );
}

function readThrough<T>(
  sql: DatabaseSync,
  { path, read }: { readonly path: string; readonly read: (sql: DatabaseSync) => T },
): T {
  try {
    if (isWithoutTables(sql)) throw new OutboxMissingError(path);
    refuseForeignFile(sql, path);
    return read(sql);
  } finally {
    sql.close();
  }
}
