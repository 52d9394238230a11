/**
 * Remembers which batch of each source was stored last, so that one that is sent again (because
 * the outbox's thread died between its commit and its answer) is not stored again.
 */
import type { StatementSync } from "node:sqlite";
import type { OutboxDatabase } from "./outbox_database.ts";

/** Sources that are remembered: every scanner thread has a new one, and far fewer live at once. */
export const SOURCES_MAX = 256;

/** A batch of a source. Batches of one source arrive in the order of their numbers. */
export interface BatchSource {
  readonly id: string;
  readonly batch: number;
}

export class BatchLedger {
  readonly #find: StatementSync;
  readonly #save: StatementSync;
  readonly #forgetOldest: StatementSync;

  constructor({ sql }: OutboxDatabase) {
    this.#find = sql.prepare("SELECT batch FROM source_batch WHERE source = ?");
    this.#save = sql.prepare("INSERT OR REPLACE INTO source_batch VALUES (?, ?, ?)");
    this.#forgetOldest = sql.prepare(
      `DELETE FROM source_batch WHERE source NOT IN (
         SELECT source FROM source_batch ORDER BY sequence DESC LIMIT ${SOURCES_MAX})`,
    );
  }

  /** Notes a batch as stored; false when it was before. `sequence` says how recent the source is. */
  note({ id, batch }: BatchSource, sequence: number): boolean {
    const stored = this.#find.get(id)?.batch as number | undefined;
    if (stored !== undefined && batch <= stored) return false;
    this.#save.run(id, batch, sequence);
    if (stored === undefined) this.#forgetOldest.run();
    return true;
  }
}
