/** What an outbox file holds, read by its owner or by anybody else while it is in use. */
import { DatabaseSync } from "node:sqlite";
import { refuseForeignFile } from "./outbox_database.ts";
import { OutboxRefusedError } from "./outbox_error.ts";
import { asUnavailable, isCorruption } from "./storage_failure.ts";

/** State of an outbox file. */
export interface OutboxStats {
  readonly producerId: string;
  /** Reports and gaps that wait. */
  readonly rows: number;
  /** Bytes of the file in use. */
  readonly bytes: number;
  /** When the oldest waiting row was stored, in microseconds since 1970; `null` without rows. */
  readonly oldestMicros: number | null;
  /** Sequence of the oldest waiting report; `null` without reports. */
  readonly sequenceFirst: number | null;
  /** The last sequence ever given; 0 before the first. */
  readonly sequenceLast: number;
  /** Gaps that wait. */
  readonly gaps: number;
  /** Rows that the receiver will never take. */
  readonly deadLetters: number;
}

const STATS = `
  SELECT producer_id AS producerId, sequence AS sequenceLast, gap_count AS gaps,
    report_count + gap_count AS rows,
    (page_count - freelist_count) * page_size AS bytes,
    (SELECT recorded_at FROM outbox_row ORDER BY id LIMIT 1) AS oldestMicros,
    (SELECT sequence FROM outbox_row WHERE kind = 'report' ORDER BY id LIMIT 1) AS sequenceFirst,
    (SELECT count(*) FROM dead_letter) AS deadLetters
  FROM producer, pragma_page_count, pragma_freelist_count, pragma_page_size`;

/** Reads the stats through a connection that is open. */
export function queryStats(sql: DatabaseSync): OutboxStats {
  return { ...sql.prepare(STATS).get() } as unknown as OutboxStats;
}

/**
 * Reads the stats of a file that another process may own and write.
 *
 * Throws `Deno.errors.NotFound` without a file, {@linkcode OutboxRefusedError} when it is not a
 * sound outbox, or {@linkcode OutboxUnavailableError} when the disk cannot be read.
 */
export function readStats(path: string): OutboxStats {
  Deno.statSync(path);
  try {
    return readThrough(new DatabaseSync(path, { readOnly: true }), path);
  } catch (error) {
    if (!isCorruption(error)) throw asUnavailable(error, `read outbox "${path}"`);
    throw new OutboxRefusedError(
      `Cannot read outbox "${path}" as its pages must be sound: ${(error as Error).message}; ` +
        `its producer moves it aside when it starts next`,
      { cause: error },
    );
  }
}

function readThrough(sql: DatabaseSync, path: string): OutboxStats {
  try {
    refuseForeignFile(sql, path);
    return queryStats(sql);
  } finally {
    sql.close();
  }
}
