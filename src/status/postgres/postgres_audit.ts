/** The audit's reader in PostgreSQL: one snapshot, and index scans alone. */
import {
  AFTER_HORIZON_MICROS,
  type AuditReader,
  type BesideHistory,
  type KeptReport,
  type ProducerRun,
} from "../repair/audit_reader.ts";
import type { Run } from "../../report/sequence_runs.ts";
import type { Connection, Statement } from "./connection/connection.ts";
import type { PostgresOptions } from "./connection/postgres_options.ts";
import { Session } from "./connection/session.ts";

/** Ten million reports take some seconds from memory, and minutes from a slow disk. */
const STATEMENT_TIMEOUT_MS = 600_000;

const HORIZON: Statement = {
  name: "audit_horizon",
  text: `SELECT (extract(epoch FROM nullif(not_before, '-infinity')) * 1000000)::bigint AS micros
    FROM history_horizon`,
};

const GAPS: Statement = {
  name: "audit_gaps",
  text: `SELECT producer_id AS "producerId", first, last FROM producer_gap`,
};

const DEAD_LETTER_IDS: Statement = {
  name: "audit_letter_ids",
  text: "SELECT sitemon_id AS id FROM dead_letter",
};

/** Rows of the original Python service's table have no producer, and 0 for a sequence. */
const NAMED: Statement = {
  name: "audit_named",
  text: `
SELECT producer_id AS "producerId", min(sequence) AS first, max(sequence) AS last
FROM (
  SELECT producer_id, sequence, checked_at FROM site_status WHERE sequence > 0
  UNION ALL SELECT producer_id, sequence, checked_at FROM site_transition) AS r, history_horizon
WHERE checked_at >= not_before + ${AFTER_HORIZON_MICROS} * interval '1 microsecond'
GROUP BY 1`,
};

/** From one producer to the next through the index: there are few of them among millions of rows. */
const PRODUCERS: Statement = {
  name: "audit_producers",
  text: `
WITH RECURSIVE p AS (
  (SELECT producer_id FROM site_report ORDER BY producer_id LIMIT 1)
  UNION ALL
  SELECT (SELECT r.producer_id FROM site_report r WHERE r.producer_id > p.producer_id
    ORDER BY r.producer_id LIMIT 1)
  FROM p WHERE p.producer_id IS NOT NULL)
SELECT producer_id AS "producerId" FROM p WHERE producer_id IS NOT NULL`,
};

const COUNT: Statement = {
  name: "audit_count",
  text: "SELECT count(*) AS count FROM site_report WHERE producer_id = $1",
};

const KEPT = `SELECT sequence, location,
  (extract(epoch FROM recorded_at) * 1000000)::bigint AS "recordedAt" FROM site_report`;

const AT_OR_AFTER: Statement = {
  name: "audit_at_or_after",
  text: `${KEPT} WHERE producer_id = $1 AND sequence >= $2 ORDER BY sequence LIMIT 1`,
};

const LAST: Statement = {
  name: "audit_last",
  text: `${KEPT} WHERE producer_id = $1 ORDER BY sequence DESC LIMIT 1`,
};

/** The primary keys of the partitions, merged: nothing is sorted, and the table itself not read. */
const HOLES: Statement = {
  name: "audit_holes",
  text: `
SELECT before + 1 AS first, sequence - 1 AS last
FROM (
  SELECT sequence, lag(sequence, 1, $2::bigint - 1) OVER (ORDER BY sequence) AS before
  FROM site_report WHERE producer_id = $1 AND sequence >= $2) AS r
WHERE sequence > before + 1 ORDER BY sequence LIMIT $3`,
};

/** Calls `work` with a reader of one snapshot. Rejects with the errors of the store port. */
export async function readPostgresAudit<T>(
  options: PostgresOptions,
  work: (reader: AuditReader) => Promise<T>,
): Promise<T> {
  const session = new Session(options);
  return await session.useAlone("audit", STATEMENT_TIMEOUT_MS, async (connection) => {
    await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    return await work(new PostgresAudit(connection));
  });
}

/** The connection is closed afterwards, and its transaction with it. */
class PostgresAudit implements AuditReader {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async besideHistory(): Promise<BesideHistory> {
    const [horizon] = await this.#connection.query<{ micros: number | null }>(HORIZON);
    const deadLetters = await this.#connection.query<{ id: string | null }>(DEAD_LETTER_IDS);
    return {
      horizonMicros: horizon?.micros ?? null,
      gaps: await this.#connection.query<ProducerRun>(GAPS),
      deadLetterIds: deadLetters.map(({ id }) => id),
      named: await this.#connection.query<ProducerRun>(NAMED),
    };
  }

  async producers(): Promise<readonly string[]> {
    const rows = await this.#connection.query<{ producerId: string }>(PRODUCERS);
    return rows.map(({ producerId }) => producerId);
  }

  async count(producerId: string): Promise<number> {
    const [row] = await this.#connection.query<{ count: number }>(COUNT, [producerId]);
    return row!.count;
  }

  async atOrAfter(producerId: string, sequence: number): Promise<KeptReport | undefined> {
    return (await this.#connection.query<KeptReport>(AT_OR_AFTER, [producerId, sequence]))[0];
  }

  async last(producerId: string): Promise<KeptReport | undefined> {
    return (await this.#connection.query<KeptReport>(LAST, [producerId]))[0];
  }

  async holes(
    producerId: string,
    { first, limit }: { first: number; limit: number },
  ): Promise<readonly Run[]> {
    return await this.#connection.query<Run>(HOLES, [producerId, first, limit]);
  }
}
