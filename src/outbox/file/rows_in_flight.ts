/** Hands out the oldest rows and ends them: acknowledged, dead, or back in the queue. */
import type { StatementSync } from "node:sqlite";
import type { GapRows } from "./gap_rows.ts";
import type { OutboxDatabase, ProducerState } from "./outbox_database.ts";
import type { Settlement, TakeLimits } from "../outbox_source.ts";
import type { OutboxRow } from "../publisher.ts";

/** Dead letters that are kept; beyond this the oldest are deleted. The gaps announce all of them. */
export const DEAD_LETTERS_MAX = 10_000;

/** Enough for half a minute of 10,000 sites that are checked every ten seconds; some 4 MB. */
export const ROW_TRACES_MAX = 30_000;

/** Kinds of the rows of a batch, by their ids. */
type Batch = ReadonlyMap<number, OutboxRow["kind"]>;

/**
 * The batch that the relay publishes, and perhaps the one that follows it. It is kept in memory only:
 * after a restart nothing is in flight.
 */
export class RowsInFlight {
  readonly #database: OutboxDatabase;
  readonly #gaps: GapRows;
  readonly #traces: RowTraces;
  #batches: readonly Batch[] = [];
  readonly #most: StatementSync;
  readonly #lastFitting: StatementSync;
  readonly #between: StatementSync;
  readonly #delete: StatementSync;
  readonly #deleteUpTo: StatementSync;
  readonly #copyToDead: StatementSync;
  readonly #unannounced: StatementSync;
  readonly #forgetOldestDead: StatementSync;

  constructor(database: OutboxDatabase, gaps: GapRows, traces: RowTraces) {
    const { sql } = database;
    this.#database = database;
    this.#gaps = gaps;
    this.#traces = traces;
    this.#most = sql.prepare(
      `SELECT max(id) AS id, sum(bytes) AS bytes
       FROM (SELECT id, length(payload) AS bytes FROM outbox_row WHERE id > ? ORDER BY id LIMIT ?)`,
    );
    this.#lastFitting = sql.prepare(
      `SELECT max(id) AS id FROM (
         SELECT id, sum(bytes) OVER up_to_here AS bytes, row_number() OVER up_to_here AS number
         FROM (SELECT id, length(payload) AS bytes FROM outbox_row WHERE id > ?
               ORDER BY id LIMIT ?)
         WINDOW up_to_here AS (ORDER BY id ROWS UNBOUNDED PRECEDING))
       WHERE bytes <= ? OR number = 1`,
    );
    this.#between = sql.prepare(
      `SELECT id, kind, key, producer_id AS producerId, sequence, recorded_at AS recordedAt, payload
       FROM outbox_row WHERE id > ? AND id <= ? ORDER BY id`,
    );
    this.#delete = sql.prepare("DELETE FROM outbox_row WHERE id = ?");
    this.#deleteUpTo = sql.prepare("DELETE FROM outbox_row WHERE id <= ?");
    this.#copyToDead = sql.prepare(
      `INSERT INTO dead_letter (reason, kind, key, producer_id, sequence, recorded_at, payload)
       SELECT 'too_large', kind, key, producer_id, sequence, recorded_at, payload
       FROM outbox_row WHERE id = ?`,
    );
    // A report without is_newest was announced when it became a dead letter for the first time.
    this.#unannounced = sql.prepare(
      "SELECT sequence FROM outbox_row WHERE id = ? AND is_newest IS NOT NULL",
    );
    this.#forgetOldestDead = sql.prepare(
      `DELETE FROM dead_letter WHERE id <= (SELECT max(id) FROM dead_letter) - ${DEAD_LETTERS_MAX}`,
    );
  }

  /** The highest id in flight: every row up to it is; 0 when none is. */
  get lastId(): number {
    return Math.max(0, ...this.#batches.map(lastOf));
  }

  /** Takes the oldest rows, whatever was in flight before, or those that follow a batch in flight. */
  take({ isAhead = false, ...limits }: Omit<TakeLimits, "waitMs">): readonly OutboxRow[] {
    const kept = isAhead && this.#batches.length === 1 ? this.#batches : [];
    const rows = this.#read(kept.length > 0 ? this.lastId : 0, limits);
    const gapIds = rows.filter((row) => row.kind === "gap").map((row) => row.id);
    if (gapIds.length > 0) this.#database.transaction(() => this.#gaps.markSent(gapIds));
    const batch = new Map(rows.map(({ id, kind }) => [id, kind]));
    this.#batches = rows.length > 0 ? [...kept, batch] : kept;
    return rows;
  }

  /**
   * Deletes what became of the first batch within a transaction; returns the sequences that are
   * dropped as dead letters. Rows stay in flight until {@linkcode end}, in case it is rolled back.
   */
  settle(settlement: Settlement, state: ProducerState): readonly number[] {
    const [batch] = this.#batches;
    if (batch === undefined) return [];
    const dead = this.#copyDead(settlement.tooLarge.filter((id) => batch.has(id)));
    this.#gaps.add(dead, "too_large", state);
    const settled = settledOf(batch, settlement);
    // True of nearly every batch. Every row up to its last one is of the batch.
    if (settled.size === batch.size) this.#deleteUpTo.run(lastOf(batch));
    else for (const id of settled) this.#delete.run(id);
    for (const id of settled) {
      this.#traces.forget(id);
      if (batch.get(id) === "report") state.reportCount--;
      else {
        state.gapCount--;
        this.#gaps.forget(id);
      }
    }
    return dead;
  }

  /** Ends the first batch; if rows of it are left, nothing is in flight any more. */
  end(settlement: Settlement): void {
    const [batch, ...ahead] = this.#batches;
    const isWhole = batch !== undefined && settledOf(batch, settlement).size === batch.size;
    this.#batches = isWhole ? ahead : [];
  }

  /** Nothing is in flight any more. */
  release(): void {
    this.#batches = [];
  }

  #read(after: number, { rowsMax, bytesMax }: Omit<TakeLimits, "waitMs">): OutboxRow[] {
    const most = this.#most.get(after, rowsMax)! as { id: number | null; bytes: number };
    if (most.id === null) return [];
    // Rows that are too long together are rare, and a running sum takes five times as long.
    const { id: last } = most.bytes <= bytesMax
      ? most
      : this.#lastFitting.get(after, rowsMax, bytesMax)!;
    // Not by iterate(), which ends without an error at a damaged page (Deno 2.9.6).
    const rows = this.#between.all(after, last!) as unknown as OutboxRow[];
    return rows.map((row) => {
      const traceparent = this.#traces.of(row.id);
      return traceparent === undefined ? row : { ...row, traceparent };
    });
  }

  /** Keeps rows as dead letters; returns the sequences that are yet to be announced as dropped. */
  #copyDead(ids: readonly number[]): number[] {
    if (ids.length === 0) return [];
    for (const id of ids) this.#copyToDead.run(id);
    this.#forgetOldestDead.run();
    return ids.flatMap((id) => this.#unannounced.all(id)).map((row) => row.sequence as number);
  }
}

function lastOf(batch: Batch): number {
  return Math.max(0, ...batch.keys());
}

/** Once each, without those of another file or of a former batch. */
function settledOf(batch: Batch, { acknowledged, tooLarge }: Settlement): Set<number> {
  return new Set([...acknowledged, ...tooLarge].filter((id) => batch.has(id)));
}

/**
 * Which check's span each row is of, of the newest {@linkcode ROW_TRACES_MAX} that have one. It is
 * kept in memory alone: the file holds what must not be lost, and a trace that a restart cuts in two
 * is still two halves.
 */
export class RowTraces {
  readonly #byRow = new Map<number, string>();

  /** Notes a row that was written; the id may be that of one whose transaction was rolled back. */
  note(rowId: number, traceparent: string | undefined): void {
    if (traceparent === undefined) return void this.#byRow.delete(rowId);
    this.#byRow.set(rowId, traceparent);
    if (this.#byRow.size > ROW_TRACES_MAX) this.#byRow.delete(this.#byRow.keys().next().value!);
  }

  /** The row's `traceparent`, if it is known. */
  of(rowId: number): string | undefined {
    return this.#byRow.get(rowId);
  }

  /** Forgets a row that has gone. */
  forget(rowId: number): void {
    this.#byRow.delete(rowId);
  }
}
