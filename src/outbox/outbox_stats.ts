/** What an outbox file holds, read by its owner or by anybody else while it is in use. */
import type { DatabaseSync } from "node:sqlite";
import { readOutbox } from "./file/read_outbox.ts";

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

export function queryStats(sql: DatabaseSync): OutboxStats {
  return { ...sql.prepare(STATS).get() } as unknown as OutboxStats;
}

/** Reads the stats of a file that another process may own. Throws what readOutbox() does. */
export function readStats(path: string): OutboxStats {
  return readOutbox(path, queryStats);
}
