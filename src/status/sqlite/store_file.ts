/** The file of the SQLite store, as each of its parts has it open. */
import { DatabaseSync } from "node:sqlite";
import {
  isStoreError,
  RowRejectedError,
  StoreConfigurationError,
  type StoreError,
  StoreUnavailableError,
} from "../store.ts";

/**
 * How long a statement waits for another writer, such as `sitemon forget`. It blocks the thread, so
 * it is short. The store's own is no longer than reports wait for a commit, because they are stored
 * by the same thread; the relay tries again.
 */
const BUSY_TIMEOUT_MS: Readonly<Record<FileAccess, number>> = {
  create: 250,
  write: 1_000,
  read: 1_000,
};

/** The file's -wal is cut to this after a checkpoint; a backlog may have grown it. */
export const WAL_BYTES_MAX = 16 * 1_048_576;

/**
 * SQLite checkpoints from a log of so many pages on, which are as much: the more reports are in the
 * log, the more of its pages are the same, and those are written into the file once.
 */
const CHECKPOINT_PAGES = 4_000;

/** "stms" marks a store among SQLite files; the outbox has a mark of its own. */
export const APPLICATION_ID = 0x73746d73;

/** Page cache: enough for the ends of the indexes of a thousand sites. */
const CACHE_KIB = 16_384;

/**
 * What a part may do with the file. Only the store itself creates it, so that a mistyped path is
 * reported rather than filled; `read` needs no right to write.
 */
export type FileAccess = "create" | "write" | "read";

/** Opens its file at the first use, and again after a failure that is not the fault of a row. */
export class StoreFile implements Disposable {
  readonly #path: string;
  readonly #access: FileAccess;
  #db: DatabaseSync | undefined;

  constructor(path: string, access: FileAccess) {
    this.#path = path;
    this.#access = access;
  }

  /** Calls `body` at once. Rejects with the errors of the store port. */
  async use<T>(body: (db: DatabaseSync) => T | Promise<T>): Promise<T> {
    try {
      return await body(this.#db ??= this.#open());
    } catch (error) {
      const failure = storeFailure(error, this.#path);
      if (!(failure instanceof RowRejectedError)) this.close();
      throw failure;
    }
  }

  /** Harmless when repeated; `use` opens the file again. */
  close(): void {
    const db = this.#db;
    this.#db = undefined;
    if (db && this.#access !== "read") leaveOneFile(db);
    db?.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #open(): DatabaseSync {
    if (this.#access !== "create") mustExist(this.#path);
    const readOnly = this.#access === "read";
    const db = new DatabaseSync(this.#path, { readOnly, timeout: BUSY_TIMEOUT_MS[this.#access] });
    try {
      refuseForeignFile(db, this.#path);
      if (!readOnly) prepareToWrite(db);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  }
}

function mustExist(path: string): void {
  try {
    Deno.statSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new StoreConfigurationError(
      `no status database at "${path}"; start "sitemon run" once, check "store.path", or ` +
        "name its systemd unit with --unit",
    );
  }
}

/**
 * Throws StoreConfigurationError for a file that another program or an outbox has: neither its tables
 * nor its journal mode are to be changed. A file without tables becomes a store.
 */
function refuseForeignFile(db: DatabaseSync, path: string): void {
  const { id, tables, own } = db.prepare(
    `SELECT application_id AS id, (SELECT count(*) FROM sqlite_schema) AS tables,
       (SELECT count(*) FROM sqlite_schema WHERE name IN ('site_report', 'history_horizon')) AS own
     FROM pragma_application_id`,
  ).get() as { readonly id: number; readonly tables: number; readonly own: number };
  if (id === APPLICATION_ID || (id === 0 && (tables === 0 || own === 2))) return;
  throw new StoreConfigurationError(
    `not a status database: "${path}" is another program's database; change "store.path"`,
  );
}

/**
 * WAL, so that other processes read while this one writes. `synchronous` is FULL: the outbox
 * deletes a report once its commit here has returned, and with NORMAL a power failure could undo
 * that commit afterwards.
 */
function prepareToWrite(db: DatabaseSync): void {
  for (
    const pragma of [
      "journal_mode = WAL",
      "synchronous = FULL",
      `journal_size_limit = ${WAL_BYTES_MAX}`,
      `wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
      `cache_size = -${CACHE_KIB}`,
    ]
  ) {
    // Prepared, because errors of exec() carry no result code.
    db.prepare(`PRAGMA ${pragma}`).get();
  }
}

/** Ends WAL, whose two files even a reader of a closed file would leave behind. */
function leaveOneFile(db: DatabaseSync): void {
  try {
    db.prepare("PRAGMA busy_timeout = 0").get();
    db.prepare("PRAGMA journal_mode = DELETE").get();
  } catch {
    // Others have it open, and need WAL; or the disk fails, which is no reason not to end.
  }
}

/** Runs `body` in a transaction that holds the write lock from its start. */
export function transaction<T>(db: DatabaseSync, body: () => T): T {
  db.prepare("BEGIN IMMEDIATE").run();
  try {
    const result = body();
    db.prepare("COMMIT").run();
    return result;
  } catch (error) {
    // Some errors, such as a full disk, have ended the transaction already.
    if (db.isTransaction) db.prepare("ROLLBACK").run();
    throw error;
  }
}

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
      `${message}; check that its folder exists, that it is sitemon's database, and that this user may read and write it`,
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
