/** Reads an outbox file that another process may own and write. */
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { CorruptOutboxError, OutboxMissingError, OutboxUnavailableError } from "../outbox_error.ts";
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
    using sql = new DatabaseSync(path, { readOnly: true });
    if (isWithoutTables(sql)) throw new OutboxMissingError(path);
    refuseForeignFile(sql, path);
    return read(sql);
  } catch (error) {
    throw explained(error, path, "read");
  }
}

/**
 * Size of the file; throws {@linkcode OutboxMissingError} when there is none, and
 * {@linkcode OutboxUnavailableError} when its folder must not be looked into.
 */
export function outboxBytes(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new OutboxMissingError(path);
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    const message = `no permission to read outbox "${path}"; use sudo, or the producer's own user`;
    throw new OutboxUnavailableError("read_only", message, { cause: error });
  }
}

/** For people: what is wrong with a damaged file or a disk, and what to do; any other error as it is. */
export function explained(error: unknown, path: string, action: string): unknown {
  if (!isCorruption(error)) return asUnavailable(error, `${action} outbox "${path}"`);
  return new CorruptOutboxError(
    `outbox "${path}" is damaged: ${error.message}; a producer that owns it begins a new file at ` +
      `its next start; recover its rows with "sqlite3 ${path} .recover"`,
    { cause: error },
  );
}

/** Rows that are in memory at once. */
const PAGE_ROWS = 500;

/** Every row of a table, with its id, in their order. */
export function* eachRow(
  sql: DatabaseSync,
  table: string,
  columns: string,
): Generator<Record<string, SQLOutputValue>, void> {
  const page = sql.prepare(
    `SELECT id, ${columns} FROM ${table} WHERE id > ? ORDER BY id LIMIT ${PAGE_ROWS}`,
  );
  for (let rows = page.all(0); rows.length > 0; rows = page.all(rows.at(-1)!.id!)) yield* rows;
}
