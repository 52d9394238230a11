/** The audit's reader in the file of the SQLite store, beside the process that writes it. */
import type { DatabaseSync } from "node:sqlite";
import {
  AFTER_HORIZON_MICROS,
  type AuditReader,
  type BesideHistory,
  type KeptReport,
  type ProducerRun,
} from "../repair/audit_reader.ts";
import type { Run } from "../../report/sequence_runs.ts";
import { StoreFile } from "./store_file.ts";

const NAMED = `
SELECT producer_id AS producerId, min(sequence) AS first, max(sequence) AS last
FROM (
  SELECT producer_id, sequence, checked_at FROM site_status
  UNION ALL SELECT producer_id, sequence, checked_at FROM site_transition), history_horizon
WHERE checked_at >= not_before + ${AFTER_HORIZON_MICROS}
GROUP BY 1`;

const PRODUCERS = `
WITH RECURSIVE p(producer_id) AS (
  SELECT min(producer_id) FROM site_report
  UNION ALL
  SELECT (SELECT min(producer_id) FROM site_report r WHERE r.producer_id > p.producer_id)
  FROM p WHERE p.producer_id IS NOT NULL)
SELECT producer_id AS producerId FROM p WHERE producer_id IS NOT NULL`;

const KEPT = "SELECT sequence, location, recorded_at AS recordedAt FROM site_report";
const AT_OR_AFTER = `${KEPT} WHERE producer_id = ? AND sequence >= ? ORDER BY sequence LIMIT 1`;
const LAST = `${KEPT} WHERE producer_id = ? ORDER BY sequence DESC LIMIT 1`;

const HOLES = `
SELECT before + 1 AS first, sequence - 1 AS last
FROM (
  SELECT sequence, lag(sequence, 1, :first - 1) OVER (ORDER BY sequence) AS before
  FROM site_report WHERE producer_id = :producer AND sequence >= :first)
WHERE sequence > before + 1 ORDER BY sequence LIMIT :limit`;

/** Calls `work` with a reader of one moment. Rejects with the errors of the store port. */
export async function readSqliteAudit<T>(
  path: string,
  work: (reader: AuditReader) => Promise<T>,
): Promise<T> {
  using file = new StoreFile(path, "write");
  await file.use((db) => db.prepare("BEGIN").run());
  return await work(new SqliteAudit(file));
}

class SqliteAudit implements AuditReader {
  readonly #file: StoreFile;

  constructor(file: StoreFile) {
    this.#file = file;
  }

  besideHistory(): Promise<BesideHistory> {
    return this.#file.use((db) => ({
      horizonMicros: horizonOf(db),
      gaps: rows<ProducerRun>(
        db,
        "SELECT producer_id AS producerId, first, last FROM producer_gap",
      ),
      deadLetterIds: rows<{ id: string | null }>(db, "SELECT sitemon_id AS id FROM dead_letter")
        .map(({ id }) => id),
      named: rows<ProducerRun>(db, NAMED),
    }));
  }

  producers(): Promise<readonly string[]> {
    return this.#file.use((db) =>
      rows<{ producerId: string }>(db, PRODUCERS).map(({ producerId }) => producerId)
    );
  }

  count(producerId: string): Promise<number> {
    const sql = "SELECT count(*) AS count FROM site_report WHERE producer_id = ?";
    return this.#file.use((db) => db.prepare(sql).get(producerId)!.count as number);
  }

  atOrAfter(producerId: string, sequence: number): Promise<KeptReport | undefined> {
    return this.#file.use((db) => kept(db.prepare(AT_OR_AFTER).get(producerId, sequence)));
  }

  last(producerId: string): Promise<KeptReport | undefined> {
    return this.#file.use((db) => kept(db.prepare(LAST).get(producerId)));
  }

  holes(
    producer: string,
    { first, limit }: { first: number; limit: number },
  ): Promise<readonly Run[]> {
    return this.#file.use((db) =>
      db.prepare(HOLES).all({ producer, first, limit }).map((row) => ({ ...row } as unknown as Run))
    );
  }
}

/** It is 0 until something is purged. */
function horizonOf(db: DatabaseSync): number | null {
  return db.prepare("SELECT not_before FROM history_horizon").get()!.not_before as number || null;
}

function rows<Row>(db: DatabaseSync, sql: string): Row[] {
  return db.prepare(sql).all().map((row) => ({ ...row } as Row));
}

function kept(row: Record<string, unknown> | undefined): KeptReport | undefined {
  return row && { ...row } as unknown as KeptReport;
}
