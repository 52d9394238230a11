/**
 * Which check's span each row of the outbox is of. It is kept in memory alone: the outbox's file
 * holds what must not be lost, and a trace that a restart cuts in two is still two halves.
 */

/** Enough for half a minute of 10,000 sites that are checked every ten seconds; some 4 MB. */
export const ROW_TRACES_MAX = 30_000;

/** Rows of one open file, the newest {@linkcode ROW_TRACES_MAX} that have a trace. */
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
