/**
 * Announces dropped sequences: exact runs, disjoint, as few as possible.
 *
 * A gap that was handed to the relay once is never changed again, even across a crash: it may have
 * been published, and a longer one would then overlap it.
 */
import type { StatementSync } from "node:sqlite";
import { encodeGap } from "../../report/codec.ts";
import { normalized, type Run } from "../../report/sequence_runs.ts";
import type { OutboxDatabase, ProducerState } from "./outbox_database.ts";

/** Why sequences were dropped, as it travels in the gap. */
export const GAP_REASONS = ["coalesced", "dropped_oldest", "too_large"] as const;
export type GapReason = (typeof GAP_REASONS)[number];

export class GapRows {
  readonly #endingAt: StatementSync;
  readonly #startingAt: StatementSync;
  readonly #insertRow: StatementSync;
  readonly #updateRow: StatementSync;
  readonly #deleteRow: StatementSync;
  readonly #save: StatementSync;
  readonly #forget: StatementSync;
  readonly #markSent: StatementSync;

  constructor({ sql }: OutboxDatabase) {
    const unsent = "SELECT row_id, first, last FROM gap WHERE is_sent = 0 AND reason = ?";
    this.#endingAt = sql.prepare(`${unsent} AND last = ?`);
    this.#startingAt = sql.prepare(`${unsent} AND first = ?`);
    this.#insertRow = sql.prepare(
      `INSERT INTO outbox_row (kind, key, producer_id, sequence, recorded_at, payload)
       VALUES ('gap', ?1, ?1, ?2, ?3, ?4)`,
    );
    this.#updateRow = sql.prepare("UPDATE outbox_row SET sequence = ?, payload = ? WHERE id = ?");
    this.#deleteRow = sql.prepare("DELETE FROM outbox_row WHERE id = ?");
    this.#save = sql.prepare(
      "INSERT OR REPLACE INTO gap (row_id, first, last, reason) VALUES (?, ?, ?, ?)",
    );
    this.#forget = sql.prepare("DELETE FROM gap WHERE row_id = ?");
    this.#markSent = sql.prepare("UPDATE gap SET is_sent = 1 WHERE row_id = ?");
  }

  /** Announces that these sequences will never arrive; they are in no gap yet. */
  add(sequences: readonly number[], reason: GapReason, state: ProducerState): void {
    const runs = normalized(sequences.map((sequence) => ({ first: sequence, last: sequence })));
    for (const run of runs) this.#addRun(run, reason, state);
  }

  /** From now on these gaps stay as they are. */
  markSent(rowIds: readonly number[]): void {
    for (const id of rowIds) this.#markSent.run(id);
  }

  /** Forgets a gap whose row is gone. */
  forget(rowId: number): void {
    this.#forget.run(rowId);
  }

  #addRun(run: Run, reason: GapReason, state: ProducerState): void {
    const before = this.#endingAt.get(reason, run.first - 1);
    const after = this.#startingAt.get(reason, run.last + 1);
    const first = (before?.first ?? run.first) as number;
    const last = (after?.last ?? run.last) as number;
    const payload = encodeGap({
      producer_id: state.producerId,
      first,
      last,
      count: last - first + 1,
      reason,
    });
    if (before && after) {
      this.#deleteRow.run(after.row_id!);
      this.#forget.run(after.row_id!);
      state.gapCount--;
    }
    let rowId = (before ?? after)?.row_id;
    if (rowId) this.#updateRow.run(first, payload, rowId);
    else {
      const { producerId, recordedAt } = state;
      rowId = this.#insertRow.run(producerId, first, recordedAt, payload).lastInsertRowid;
      state.gapCount++;
    }
    this.#save.run(rowId, first, last, reason);
  }
}
