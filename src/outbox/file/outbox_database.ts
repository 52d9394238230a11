/** The SQLite file of an outbox: opening, checking, transactions, and the space that it takes. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { CorruptOutboxError, OutboxRefusedError } from "../outbox_error.ts";
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from "./outbox_schema.ts";
import { isCorruption } from "./storage_failure.ts";

/** How long to wait for another program that has the file locked; the thread is blocked meanwhile. */
const BUSY_TIMEOUT_MS = 1_000;
/** The -wal file is cut back to this after a checkpoint: twice what SQLite lets it grow to by itself. */
const WAL_BYTES_MAX = 8 * 1024 * 1024;
/** Free pages that stay in the file for the next reports: 1 MiB of them. */
const FREE_PAGES_KEPT = 256;
/** Pages given back at a time: 1 MiB takes about 3 ms (measured), so no report waits for it. */
const VACUUM_PAGES = 256;

/** The row of `producer`, as of a transaction; what a transaction changes in it is saved with it. */
export interface ProducerState {
  readonly producerId: string;
  /** The last one given; 0 before the first. */
  sequence: number;
  /** Of the last report, in microseconds. */
  recordedAt: number;
  reportCount: number;
  gapCount: number;
}

/** One connection to an outbox file. Errors of SQLite come as they are. */
export class OutboxDatabase implements Disposable {
  readonly sql: DatabaseSync;
  readonly pageBytes: number;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #load: StatementSync;
  readonly #save: StatementSync;
  readonly #pageCount: StatementSync;
  readonly #freePageCount: StatementSync;

  /**
   * Opens the file or makes a new one.
   *
   * Throws {@linkcode CorruptOutboxError} when what is there is damaged, and
   * {@linkcode OutboxRefusedError} when it is sound but not this version's.
   */
  static open(path: string): OutboxDatabase {
    const isNew = !isFileThere(path);
    if (!isNew) checkFile(path);
    const sql = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    try {
      prepareFile(sql);
      return new OutboxDatabase(sql);
    } catch (error) {
      sql.close();
      if (isNew) removeOutbox(path);
      throw error;
    }
  }

  private constructor(sql: DatabaseSync) {
    this.sql = sql;
    this.pageBytes = sql.prepare("PRAGMA page_size").get()!.page_size as number;
    this.#begin = sql.prepare("BEGIN IMMEDIATE");
    this.#commit = sql.prepare("COMMIT");
    this.#load = sql.prepare(
      `SELECT producer_id AS producerId, sequence, recorded_at AS recordedAt,
         report_count AS reportCount, gap_count AS gapCount FROM producer`,
    );
    this.#save = sql.prepare(
      "UPDATE producer SET sequence = ?, recorded_at = ?, report_count = ?, gap_count = ?",
    );
    this.#pageCount = sql.prepare("PRAGMA page_count");
    this.#freePageCount = sql.prepare("PRAGMA freelist_count");
  }

  /** Runs `work` in a durable transaction; when it throws, nothing has changed. */
  transaction<T>(work: (state: ProducerState) => T): T {
    this.#begin.run();
    try {
      const state = this.state();
      const result = work(state);
      this.#save.run(state.sequence, state.recordedAt, state.reportCount, state.gapCount);
      this.#commit.run();
      return result;
    } catch (error) {
      // A full disk has rolled back by itself.
      if (this.sql.isTransaction) this.sql.prepare("ROLLBACK").run();
      throw error;
    }
  }

  /**
   * As {@linkcode transaction}, but without waiting for the disk: it survives a crash of the
   * process, and a power cut undoes it unless a durable one has followed.
   */
  quickTransaction<T>(work: (state: ProducerState) => T): T {
    // Not by statements that are kept: SQLite does it when it prepares one.
    this.sql.prepare("PRAGMA synchronous = NORMAL").all();
    try {
      return this.transaction(work);
    } finally {
      this.sql.prepare("PRAGMA synchronous = FULL").all();
    }
  }

  state(): ProducerState {
    return this.#load.get() as unknown as ProducerState;
  }

  get fileBytes(): number {
    return (this.#pageCount.get()!.page_count as number) * this.pageBytes;
  }

  get bytesInUse(): number {
    return this.fileBytes - this.#freePages * this.pageBytes;
  }

  get #freePages(): number {
    return this.#freePageCount.get()!.freelist_count as number;
  }

  /** Gives some of the free pages back to the disk, so that a file shrinks after a backlog. */
  vacuumStep(): void {
    if (this.#freePages <= FREE_PAGES_KEPT + VACUUM_PAGES) return;
    // all(), since each row of the answer is one page given back: run() would stop at the first.
    this.sql.prepare(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`).all();
  }

  [Symbol.dispose](): void {
    this.sql.close();
  }
}

/** An empty file counts as damaged: SQLite would take it for a new one, and the loss would go unnoticed. */
function isFileThere(path: string): boolean {
  try {
    if (Deno.statSync(path).size === 0) throw new CorruptOutboxError("the file is empty");
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Removes an unfinished file, which the next attempt would find once the disk has space again. */
export function removeOutbox(path: string): void {
  forEachFile(path, Deno.removeSync);
}

/** Calls back with each file of the database that is there: without its -wal it is another one. */
export function forEachFile(path: string, callback: (path: string) => void): void {
  for (const suffix of ["", "-wal", "-shm"]) {
    try {
      callback(`${path}${suffix}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Only reads, so that a damaged file and its log are quarantined as they were found. */
function checkFile(path: string): void {
  try {
    using sql = new DatabaseSync(path, { readOnly: true });
    if (isWithoutTables(sql)) return;
    refuseForeignFile(sql, path);
    checkPages(sql);
  } catch (error) {
    if (!isCorruption(error)) throw error;
    throw new CorruptOutboxError(error.message, { cause: error });
  }
}

/** Errors of prepared statements have a code, which those of `exec` lack; so it is not used. */
function prepareFile(sql: DatabaseSync): void {
  const isNew = isWithoutTables(sql);
  // Must come before the first page is written, or it never takes effect.
  if (isNew) sql.prepare("PRAGMA auto_vacuum = INCREMENTAL").all();
  sql.prepare("PRAGMA journal_mode = WAL").all();
  sql.prepare("PRAGMA synchronous = FULL").all();
  sql.prepare(`PRAGMA journal_size_limit = ${WAL_BYTES_MAX}`).all();
  if (isNew) createTables(sql);
}

/** Throws {@linkcode OutboxRefusedError} for the file of another program or of a newer sitemon. */
export function refuseForeignFile(sql: DatabaseSync, path: string): void {
  const id = sql.prepare("PRAGMA application_id").get()!.application_id as number;
  if (id !== APPLICATION_ID) {
    throw new OutboxRefusedError(
      `not an outbox: "${path}" is another program's database; change "outbox.path"`,
    );
  }
  const version = sql.prepare("PRAGMA user_version").get()!.user_version as number;
  if (version > SCHEMA_VERSION) {
    throw new OutboxRefusedError(
      `outbox "${path}" is of a newer sitemon: its schema has version ${version}, and this one ` +
        `knows versions up to ${SCHEMA_VERSION}; run the newer sitemon`,
    );
  }
}

/** True when its producer was killed before it had made the tables; it makes them at its next start. */
export function isWithoutTables(sql: DatabaseSync): boolean {
  return sql.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
}

/**
 * Reads the whole file, since a damaged page would otherwise be found when its rows are sent, or
 * never. It takes 0.75 s for a GiB that is cached (measured), and the file is bounded. Throws
 * {@linkcode CorruptOutboxError}, or SQLite's own error.
 */
export function checkPages(sql: DatabaseSync): void {
  const answer = sql.prepare("PRAGMA quick_check(1)").get()!.quick_check as string;
  // The lines before the last one name the database.
  if (answer !== "ok") throw new CorruptOutboxError(answer.split("\n").at(-1));
}

function createTables(sql: DatabaseSync): void {
  sql.prepare("BEGIN IMMEDIATE").run();
  for (const statement of SCHEMA) sql.prepare(statement).run();
  sql.prepare("INSERT INTO producer VALUES (1, ?, 0, 0, 0, 0)").run(crypto.randomUUID());
  sql.prepare("COMMIT").run();
}
