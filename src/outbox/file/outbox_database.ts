/** The SQLite file of an outbox: opening, checking, transactions, and the space that it takes. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { CorruptOutboxError, OutboxRefusedError } from "../outbox_error.ts";
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION, SITE_NOTE_TABLE } from "./outbox_schema.ts";
import { isCorruption, isDiskFull } from "./storage_failure.ts";

/** How long to wait for another program that has the file locked; the thread is blocked meanwhile. */
const BUSY_TIMEOUT_MS = 1_000;
/** SQLite checkpoints by itself, after a durable transaction, from a log of so many pages on. */
const CHECKPOINT_PAGES = 1_000;
/** Quick transactions in a row after which their log is checkpointed: each writes some 50 pages. */
const QUICK_TRANSACTIONS_MAX = 20;
/**
 * The -wal file has this much of the disk as long as it is open, so that rows can be deleted when
 * others have filled it; it is cut back to it after a checkpoint. Twice what SQLite lets it grow to.
 */
export const WAL_BYTES = 8 * 1024 * 1024;
/** What the file may have to grow by at the next checkpoint; a disk that is full refuses it. */
const GROWTH_BYTES_MAX = 2 * 1024 * 1024;
/** Free pages that stay in the file for the next reports: 1 MiB of them. */
const FREE_PAGES_KEPT = 256;
/** Pages given back at a time: 1 MiB takes about 3 ms (measured), so no report waits for it. */
const VACUUM_PAGES = 256;

/** The row of `producer`, as of a transaction; what a transaction changes in it is saved with it. */
export interface ProducerState {
  producerId: string;
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
  readonly #path: string;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #load: StatementSync;
  readonly #save: StatementSync;
  readonly #pageCount: StatementSync;
  readonly #freePageCount: StatementSync;
  /** As they were last asked for, with what is in the log; each transaction does. */
  #fileBytes = 0;
  /** As they were when the file last had to grow; 0 when it may have shrunk since. */
  #bytesOnDisk = 0;
  /** Since the log was last synced. */
  #quickTransactions = 0;

  /**
   * Opens the file, or where there is none makes a new one, whose rows have ids above `idsAfter`:
   * those of a former file may still be acknowledged. `isNew` says that an empty file is none.
   *
   * Throws {@linkcode CorruptOutboxError} when what is there is damaged, and
   * {@linkcode OutboxRefusedError} when it is sound but not this version's.
   */
  static open(path: string, { idsAfter = 0, isNew = false } = {}): OutboxDatabase {
    if (!isNew) checkFile(path);
    const sql = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    try {
      prepareFile(sql, idsAfter);
      return new OutboxDatabase(sql, path);
    } catch (error) {
      sql.close();
      if (isNew) removeOutbox(path);
      throw error;
    }
  }

  private constructor(sql: DatabaseSync, path: string) {
    this.sql = sql;
    this.#path = path;
    this.pageBytes = sql.prepare("PRAGMA page_size").get()!.page_size as number;
    this.#begin = sql.prepare("BEGIN IMMEDIATE");
    this.#commit = sql.prepare("COMMIT");
    this.#load = sql.prepare(
      `SELECT producer_id AS producerId, sequence, recorded_at AS recordedAt,
         report_count AS reportCount, gap_count AS gapCount FROM producer`,
    );
    this.#save = sql.prepare(
      `UPDATE producer SET producer_id = ?, sequence = ?, recorded_at = ?, report_count = ?,
         gap_count = ?`,
    );
    this.#pageCount = sql.prepare("PRAGMA page_count");
    this.#freePageCount = sql.prepare("PRAGMA freelist_count");
  }

  /** Runs `work` in a durable transaction; when it throws, nothing has changed. */
  transaction<T>(work: (state: ProducerState) => T): T {
    const result = this.#commitOf(work);
    this.#quickTransactions = 0;
    return result;
  }

  #commitOf<T>(work: (state: ProducerState) => T): T {
    this.#begin.run();
    try {
      const state = this.state();
      const result = work(state);
      const { producerId, sequence, recordedAt, reportCount, gapCount } = state;
      this.#save.run(producerId, sequence, recordedAt, reportCount, gapCount);
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
    if (this.#quickTransactions >= QUICK_TRANSACTIONS_MAX) this.#checkpointIfRoom();
    // A checkpoint that SQLite makes by itself keeps an error of its sync to itself.
    this.#setPragmas("synchronous = NORMAL", "wal_autocheckpoint = 0");
    try {
      return this.#commitOf(work);
    } finally {
      this.#quickTransactions++;
      this.#setPragmas("synchronous = FULL", `wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    }
  }

  /** Brings the log into the file as far as nobody reads the former state; errors come as they are. */
  checkpoint(): void {
    this.#setPragmas("wal_checkpoint(PASSIVE)");
    this.#quickTransactions = 0;
  }

  /** A file that cannot grow stops no transaction that its log still has room for. */
  #checkpointIfRoom(): void {
    try {
      this.checkpoint();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
    }
  }

  /**
   * Makes the file as large as this, of free pages: a disk that others fill later refuses none of what
   * fits into them. Not by one transaction, which would leave pages out that are free at its end.
   */
  reserveFile(bytes: number): void {
    const drop = () => this.sql.prepare("DROP TABLE IF EXISTS reserved").run();
    // Of a process that was killed in here.
    drop();
    const missing = bytes - Deno.statSync(this.#path).size;
    if (missing <= 0) return;
    this.sql.prepare("CREATE TABLE reserved (zeros BLOB)").run();
    this.sql.prepare("INSERT INTO reserved VALUES (zeroblob(?))").run(missing);
    this.checkpoint();
    drop();
  }

  /**
   * Takes the disk's space for the log; false when there is not enough. Within a transaction, so that
   * nobody else writes to it meanwhile.
   */
  reserveLog(bytes: number): boolean {
    this.#begin.run();
    try {
      return extend(logPathOf(this.#path), bytes);
    } finally {
      this.sql.prepare("ROLLBACK").run();
    }
  }

  /**
   * Makes the file as large as what is in its log, when that is by much larger, or at all if `isLow`.
   * On a disk without room for that it gives back free pages instead. Throws SQLite's error of a full
   * disk when neither is possible.
   */
  growFile({ isLow }: { readonly isLow: boolean }): void {
    const growth = () => this.#fileBytes - this.#bytesOnDisk;
    if (!isLow && growth() <= GROWTH_BYTES_MAX) return;
    this.#bytesOnDisk = Deno.statSync(this.#path).size;
    if (growth() <= (isLow ? 0 : GROWTH_BYTES_MAX)) return;
    try {
      this.checkpoint();
    } catch (error) {
      if (!isDiskFull(error) || this.#freePages === 0) throw error;
      this.#setPragmas(`incremental_vacuum(${Math.ceil(growth() / this.pageBytes)})`);
      this.checkpoint();
    }
  }

  /** Not by statements that are kept: SQLite does it when it prepares one. */
  #setPragmas(...pragmas: readonly string[]): void {
    for (const pragma of pragmas) this.sql.prepare(`PRAGMA ${pragma}`).all();
  }

  state(): ProducerState {
    return this.#load.get() as unknown as ProducerState;
  }

  get fileBytes(): number {
    return this.#fileBytes = (this.#pageCount.get()!.page_count as number) * this.pageBytes;
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
    this.#bytesOnDisk = 0;
  }

  /** Closes the file as the only one there is: in WAL even a reader would leave two more behind. */
  closeAsOneFile(): void {
    try {
      this.#setPragmas("busy_timeout = 0", "journal_mode = DELETE");
    } catch {
      // Somebody reads it, and needs WAL; or the disk fails, which is no reason not to end.
    }
    this.sql.close();
  }

  [Symbol.dispose](): void {
    this.sql.close();
  }
}

/** Removes an unfinished file, which the next attempt would find once the disk has space again. */
export function removeOutbox(path: string): void {
  forEachFile(path, Deno.removeSync);
}

/** Appends zeros, which SQLite takes for the end of a log; if the disk has no room, nothing. */
function extend(path: string, bytes: number): boolean {
  using file = Deno.openSync(path, { write: true });
  const { size } = file.statSync();
  try {
    file.seekSync(0, Deno.SeekMode.End);
    const zeros = new Uint8Array(64 * 1024);
    for (let left = bytes - size; left > 0;) left -= file.writeSync(zeros.subarray(0, left));
    return true;
  } catch {
    file.truncateSync(size);
    return false;
  }
}

export function logPathOf(path: string): string {
  return `${path}-wal`;
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
    if (Deno.statSync(path).size === 0) throw new CorruptOutboxError("the file is empty");
    using sql = new DatabaseSync(path, { readOnly: true });
    const isUnmarked = sql.prepare("PRAGMA application_id").get()!.application_id === 0;
    if (isUnmarked && isWithoutTables(sql)) return;
    refuseForeignFile(sql, path);
    checkPages(sql);
  } catch (error) {
    if (!isCorruption(error)) throw error;
    throw new CorruptOutboxError(error.message, { cause: error });
  }
}

/** Errors of prepared statements have a code, which those of `exec` lack; so it is not used. */
function prepareFile(sql: DatabaseSync, idsAfter: number): void {
  const isNew = isWithoutTables(sql);
  // Must come before the first page is written, or it never takes effect.
  if (isNew) sql.prepare("PRAGMA auto_vacuum = INCREMENTAL").all();
  sql.prepare("PRAGMA journal_mode = WAL").all();
  sql.prepare("PRAGMA synchronous = FULL").all();
  sql.prepare(`PRAGMA journal_size_limit = ${WAL_BYTES}`).all();
  if (isNew) createTables(sql, idsAfter);
  else sql.prepare(SITE_NOTE_TABLE).run();
}

/** Where the header of a SQLite file has its application_id. @see https://www.sqlite.org/fileformat.html */
const MARK_OFFSET = 68;

/** True of a file that was an outbox, also when SQLite cannot read it. */
export function hasMark(path: string): boolean {
  using file = Deno.openSync(path);
  file.seekSync(MARK_OFFSET, Deno.SeekMode.Start);
  const mark = new Uint8Array(4);
  return file.readSync(mark) === 4 && new DataView(mark.buffer).getUint32(0) === APPLICATION_ID;
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

function createTables(sql: DatabaseSync, idsAfter: number): void {
  sql.prepare("BEGIN IMMEDIATE").run();
  for (const statement of SCHEMA) sql.prepare(statement).run();
  sql.prepare("INSERT INTO producer VALUES (1, ?, 0, 0, 0, 0)").run(crypto.randomUUID());
  sql.prepare("INSERT INTO sqlite_sequence VALUES ('outbox_row', ?)").run(idsAfter);
  sql.prepare("COMMIT").run();
}
