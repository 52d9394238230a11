/** The tables of an outbox file, and how a file is known to be one. */

/** "stmn" marks an outbox among SQLite files. */
export const APPLICATION_ID = 0x73746d6e;
/** Kept in `user_version`; a file with a higher one was written by a newer sitemon. */
export const SCHEMA_VERSION = 1;

/** Made in a file of an earlier version too. */
export const SITE_NOTE_TABLE = `CREATE TABLE IF NOT EXISTS site_note (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    value TEXT NOT NULL
  ) STRICT`;

/**
 * One statement each, since only errors of single statements have a code.
 *
 * `producer` has one row: what the next report continues from, and counts that would otherwise take
 * a scan. `last_report` and the flags of `outbox_row` say which rows coalescing keeps. The partial
 * index holds the rows that coalescing may drop, in the order in which it does. `site_note` has what must
 * outlive the process along with the reports: when others last told of a site.
 */
export const SCHEMA: readonly string[] = [
  `CREATE TABLE producer (
    is_only INTEGER PRIMARY KEY CHECK (is_only = 1),
    producer_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    report_count INTEGER NOT NULL,
    gap_count INTEGER NOT NULL
  ) STRICT`,
  `CREATE TABLE outbox_row (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('report', 'gap')),
    key TEXT NOT NULL,
    producer_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    is_newest INTEGER,
    is_edge INTEGER,
    payload BLOB NOT NULL
  ) STRICT`,
  "CREATE INDEX outbox_row_replaced ON outbox_row (is_edge, id) WHERE is_newest = 0",
  `CREATE TABLE last_report (
    site TEXT PRIMARY KEY,
    outcome TEXT NOT NULL,
    sequence INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE gap (
    row_id INTEGER PRIMARY KEY,
    first INTEGER NOT NULL UNIQUE,
    last INTEGER NOT NULL UNIQUE,
    reason TEXT NOT NULL,
    is_sent INTEGER NOT NULL DEFAULT 0
  ) STRICT`,
  `CREATE TABLE source_batch (
    source TEXT PRIMARY KEY,
    batch INTEGER NOT NULL,
    sequence INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE dead_letter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reason TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    producer_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    payload BLOB NOT NULL
  ) STRICT`,
  SITE_NOTE_TABLE,
  `PRAGMA application_id = ${APPLICATION_ID}`,
  `PRAGMA user_version = ${SCHEMA_VERSION}`,
];
