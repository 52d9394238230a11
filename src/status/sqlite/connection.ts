/** One connection to the file of the SQLite store. */
import { DatabaseSync } from "node:sqlite";

/**
 * How long a statement waits for another writer, such as `sitemon migrate`. It blocks the thread,
 * so it is short; the ingest tries again.
 */
const BUSY_TIMEOUT_MS = 1_000;

/** The file's -wal is cut to this after a checkpoint; a backlog may have grown it. */
export const WAL_BYTES_MAX = 16 * 1_048_576;

/** Pages kept in memory: enough for the tips of the indexes of a thousand sites. */
const CACHE_KIB = 16_384;

/**
 * Opens the file, or makes it.
 *
 * WAL, so that other processes read while this one writes. `synchronous` is FULL: the outbox
 * forgets a report once its commit here has returned, and with NORMAL a power cut could undo that
 * commit afterwards.
 */
export function openConnection(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    for (
      const pragma of [
        "journal_mode = WAL",
        "synchronous = FULL",
        `journal_size_limit = ${WAL_BYTES_MAX}`,
        `cache_size = -${CACHE_KIB}`,
      ]
    ) {
      // Prepared, because errors of exec() carry no result code.
      db.prepare(`PRAGMA ${pragma}`).get();
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
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
