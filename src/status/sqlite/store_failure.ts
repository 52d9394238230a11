/** From SQLite's result codes to the three errors of the store port. */
import {
  isStoreError,
  RowRejectedError,
  StoreConfigurationError,
  type StoreError,
  StoreUnavailableError,
} from "../store.ts";

/** BUSY, LOCKED, NOMEM, INTERRUPT, IOERR, FULL, PROTOCOL, SCHEMA: waiting may be enough. */
const UNAVAILABLE: readonly number[] = [5, 6, 7, 9, 10, 13, 15, 17];
/** ERROR (a table is missing), PERM, READONLY, CORRUPT, CANTOPEN, AUTH, FORMAT, NOTADB. */
const CONFIGURATION: readonly number[] = [1, 3, 8, 11, 14, 23, 24, 26];
/** TOOBIG, CONSTRAINT, MISMATCH, RANGE: the row itself. */
const ROW: readonly number[] = [18, 19, 20, 25];

/**
 * The error of the port for what SQLite threw.
 *
 * @see https://sqlite.org/rescode.html
 */
export function storeFailure(error: unknown, path: string): StoreError {
  if (isStoreError(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const code = primaryCode(error);
  if (ROW.includes(code)) {
    return new RowRejectedError(`SQLite rejected the row: ${reason}`, { cause: error });
  }
  const message = `could not use the status database "${path}": ${reason}`;
  if (CONFIGURATION.includes(code) || isOpening(error)) {
    return new StoreConfigurationError(
      `${message}; check that it is sitemon's database, and that this user may read and write it`,
      { cause: error },
    );
  }
  return new StoreUnavailableError(message, { cause: error, isKnown: UNAVAILABLE.includes(code) });
}

/** The lowest eight bits name the kind of error, the others its place; 0 when there is no code. */
function primaryCode(error: unknown): number {
  const code = error instanceof Error && "errcode" in error ? error.errcode : undefined;
  return typeof code === "number" ? code & 0xff : 0;
}

/** Opening a file fails without a code, and so does one that the permissions leave out. */
function isOpening(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable ||
    error instanceof Error && error.message.startsWith("unable to open database file");
}
