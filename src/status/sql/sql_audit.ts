/** The audit's reader in SQL: index scans alone, in a snapshot that its store provides. */
import { LOST_REASON } from "../../report/fields.ts";
import type {
  AuditReader,
  BesideHistory,
  Break,
  KeptReport,
  ProducerRun,
} from "../repair/audit_reader.ts";
import type { Queryable, Statement } from "./sql_source.ts";

/** What each store says in its own way. */
export interface AuditDialect {
  /** A time as microseconds since 1970. */
  readonly micros: (column: string) => string;
  /** One row: `micros`, or null before anything was purged. */
  readonly horizon: string;
  /** The time at which the audit may begin, from `history_horizon`. */
  readonly begin: string;
}

const GAPS: Statement = {
  name: "audit_gaps",
  text: `SELECT producer_id AS "producerId", first, last, reason FROM producer_gap`,
};

const DEAD_LETTER_IDS: Statement = {
  name: "audit_dead_letter_ids",
  text: "SELECT sitemon_id AS id FROM dead_letter",
};

/** From one producer to the next through the index: there are few among millions of rows. */
const PRODUCERS: Statement = {
  name: "audit_producers",
  text: `
WITH RECURSIVE p AS (
  SELECT (SELECT producer_id FROM site_report ORDER BY producer_id LIMIT 1) AS producer_id
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

/** The primary key alone: nothing is sorted, and the table itself is not read. */
const BREAKS: Statement = {
  name: "audit_breaks",
  text: `
SELECT before, sequence
FROM (
  SELECT sequence, lag(sequence, 1, CAST($2 AS bigint) - 1) OVER (ORDER BY sequence) AS before
  FROM site_report WHERE producer_id = $1 AND sequence >= $2) AS r
WHERE sequence <> before + 1 ORDER BY sequence, before LIMIT $3`,
};

function statementsOf({ micros, horizon, begin }: AuditDialect) {
  const kept = `SELECT sequence, location, ${micros("recorded_at")} AS "recordedAt"
      FROM site_report WHERE producer_id = $1`;
  return {
    horizon: { name: "audit_horizon", text: horizon },
    // Rows of the original Python service's table have no producer, and 0 for a sequence.
    named: {
      name: "audit_named",
      text: `
SELECT producer_id AS "producerId", min(sequence) AS first, max(sequence) AS last
FROM (
  SELECT producer_id, sequence, checked_at FROM site_status WHERE sequence > 0
  UNION ALL SELECT producer_id, sequence, checked_at FROM site_transition) AS r, history_horizon
WHERE checked_at >= ${begin} GROUP BY 1`,
    },
    atOrAfter: {
      name: "audit_at_or_after",
      text: `${kept} AND sequence >= $2 ORDER BY sequence LIMIT 1`,
    },
    last: { name: "audit_last", text: `${kept} ORDER BY sequence DESC LIMIT 1` },
  } satisfies Record<string, Statement>;
}

export class SqlAudit implements AuditReader {
  readonly #connection: Queryable;
  readonly #statements: ReturnType<typeof statementsOf>;

  constructor(connection: Queryable, dialect: AuditDialect) {
    this.#connection = connection;
    this.#statements = statementsOf(dialect);
  }

  async besideHistory(): Promise<BesideHistory> {
    const [horizon] = await this.#connection.query<{ micros: number | null }>(
      this.#statements.horizon,
    );
    const gaps = await this.#connection.query<ProducerRun & { reason: string }>(GAPS);
    const deadLetters = await this.#connection.query<{ id: string | null }>(DEAD_LETTER_IDS);
    return {
      horizonMicros: horizon?.micros ?? null,
      gaps: gaps.filter(({ reason }) => reason !== LOST_REASON),
      lost: gaps.filter(({ reason }) => reason === LOST_REASON),
      deadLetterIds: deadLetters.map(({ id }) => id),
      named: await this.#connection.query<ProducerRun>(this.#statements.named),
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
    const { atOrAfter } = this.#statements;
    return (await this.#connection.query<KeptReport>(atOrAfter, [producerId, sequence]))[0];
  }

  async last(producerId: string): Promise<KeptReport | undefined> {
    return (await this.#connection.query<KeptReport>(this.#statements.last, [producerId]))[0];
  }

  async breaks(
    producerId: string,
    { first, limit }: { first: number; limit: number },
  ): Promise<readonly Break[]> {
    return await this.#connection.query<Break>(BREAKS, [producerId, first, limit]);
  }
}
