/** Hands out the oldest rows and ends them: acknowledged, dead, or back in the queue. */
import type { StatementSync } from "node:sqlite";
import type { GapRows } from "./gap_rows.ts";
import type { OutboxDatabase, ProducerState } from "./outbox_database.ts";
import type { Settlement, TakeLimits } from "./outbox_source.ts";
import type { OutboxRow } from "./publisher.ts";
import type { RowTraces } from "./row_traces.ts";

/** Dead letters that are kept; then the oldest go. The gaps tell of all of them. */
export const DEAD_LETTERS_MAX = 10_000;

/** The batch that the relay has. What is in flight is forgotten with the process. */
export class RowsInFlight {
  readonly #database: OutboxDatabase;
  readonly #gaps: GapRows;
  readonly #traces: RowTraces;
  readonly #rows = new Map<number, OutboxRow["kind"]>();
  readonly #lastFitting: StatementSync;
  readonly #upTo: StatementSync;
  readonly #delete: StatementSync;
  readonly #deleteUpTo: StatementSync;
  readonly #copyToDead: StatementSync;
  readonly #unannounced: StatementSync;
  readonly #forgetOldestDead: StatementSync;

  constructor(
    database: OutboxDatabase,
    { gaps, traces }: { readonly gaps: GapRows; readonly traces: RowTraces },
  ) {
    const { sql } = database;
    this.#database = database;
    this.#gaps = gaps;
    this.#traces = traces;
    this.#lastFitting = sql.prepare(
      `SELECT max(id) AS id FROM (
         SELECT id, sum(bytes) OVER up_to_here AS bytes, row_number() OVER up_to_here AS number
         FROM (SELECT id, length(payload) AS bytes FROM outbox_row ORDER BY id LIMIT ?)
         WINDOW up_to_here AS (ORDER BY id ROWS UNBOUNDED PRECEDING))
       WHERE bytes <= ? OR number = 1`,
    );
    this.#upTo = sql.prepare(
      `SELECT id, kind, key, producer_id AS producerId, sequence, recorded_at AS recordedAt, payload
       FROM outbox_row WHERE id <= ? ORDER BY id`,
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
    return Math.max(0, ...this.#rows.keys());
  }

  /** Takes the oldest rows, whatever was in flight before. */
  take(limits: Pick<TakeLimits, "rowsMax" | "bytesMax">): readonly OutboxRow[] {
    const rows = this.#read(limits);
    const gapIds = rows.filter((row) => row.kind === "gap").map((row) => row.id);
    if (gapIds.length > 0) this.#database.transaction(() => this.#gaps.markSent(gapIds));
    this.release();
    for (const row of rows) this.#rows.set(row.id, row.kind);
    return rows;
  }

  /**
   * Deletes what became of the batch within a transaction; returns the sequences that are dropped
   * as dead letters. Rows stay in flight until {@linkcode release}, in case it is rolled back.
   */
  settle({ acknowledged, tooLarge }: Settlement, state: ProducerState): readonly number[] {
    const dead = this.#bury(tooLarge.filter((id) => this.#rows.has(id)));
    this.#gaps.add(dead, "too_large", state);
    if (this.#isAll(acknowledged)) this.#removeAll(state);
    else for (const id of [...acknowledged, ...tooLarge]) this.#remove(id, state);
    return dead;
  }

  /** Nothing is in flight any more. */
  release(): void {
    this.#rows.clear();
  }

  /** Not by iterate(), which ends without a word where it meets a damaged page (Deno 2.9.6). */
  #read({ rowsMax, bytesMax }: Pick<TakeLimits, "rowsMax" | "bytesMax">): OutboxRow[] {
    const last = this.#lastFitting.get(rowsMax, bytesMax)!.id as number | null;
    if (last === null) return [];
    return this.#upTo.all(last).map((row) => this.#traced(row as unknown as OutboxRow));
  }

  #traced(row: OutboxRow): OutboxRow {
    const traceparent = this.#traces.of(row.id);
    return traceparent === undefined ? row : { ...row, traceparent };
  }

  /** Keeps rows as dead letters; returns the sequences that are now to be announced as dropped. */
  #bury(ids: readonly number[]): number[] {
    if (ids.length === 0) return [];
    for (const id of ids) this.#copyToDead.run(id);
    this.#forgetOldestDead.run();
    return ids.flatMap((id) => this.#unannounced.all(id)).map((row) => row.sequence as number);
  }

  /** True of nearly every batch; an id may be named twice. */
  #isAll(ids: readonly number[]): boolean {
    return new Set(ids.filter((id) => this.#rows.has(id))).size === this.#rows.size;
  }

  /** Every row up to the last one of the batch is of the batch. */
  #removeAll(state: ProducerState): void {
    this.#deleteUpTo.run(this.lastId);
    for (const [id, kind] of this.#rows) this.#uncount(id, kind, state);
  }

  /** Removes a row of the batch; the ids of another file or of a former batch mean nothing here. */
  #remove(id: number, state: ProducerState): void {
    const kind = this.#rows.get(id);
    if (kind === undefined || this.#delete.run(id).changes === 0) return;
    this.#uncount(id, kind, state);
  }

  #uncount(id: number, kind: OutboxRow["kind"], state: ProducerState): void {
    this.#traces.forget(id);
    if (kind === "report") state.reportCount--;
    else {
      state.gapCount--;
      this.#gaps.forget(id);
    }
  }
}
