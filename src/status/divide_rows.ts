/** Finds by halving the rows that a store refuses even alone, so that they stop no other. */
import { RowRejectedError, StoreUnavailableError } from "./store.ts";

/** Tries in a row that fail with errors that a row may cause, before the rows are suspected. */
export const SUSPECT_TRIES_MAX = 10;
/**
 * Transactions of one try that may fail with such errors before one succeeds. Ten are needed to
 * halve a thousand rows down to the first; when all of these fail, no single row is at fault.
 */
export const SUSPICIONS_MAX = 40;

/** A row that the store refuses, even alone. */
export interface RefusedRow<Row> {
  readonly row: Row;
  readonly error: RowRejectedError | StoreUnavailableError;
}

/** How the transactions of one try went. */
interface Tally {
  /** True to take an error that a row may cause for its fault, as long as other rows succeed. */
  readonly suspectsRows: boolean;
  readonly signal: AbortSignal | undefined;
  succeeded: number;
  suspected: number;
}

export class RowDivider<Row> {
  readonly #write: (rows: readonly Row[]) => Promise<void>;
  /** In a row. */
  #suspectTries = 0;

  /** `write` is one transaction. */
  constructor(write: (rows: readonly Row[]) => Promise<void>) {
    this.#write = write;
  }

  /**
   * Writes each part, in one transaction when the store takes it whole; resolves to the rows that it
   * refuses even alone. Rejects with the store's other errors, between which some may be written.
   * The signal ends the writing between two transactions.
   */
  async write(
    parts: Iterable<readonly Row[]>,
    signal?: AbortSignal,
  ): Promise<readonly RefusedRow<Row>[]> {
    const suspectsRows = this.#suspectTries >= SUSPECT_TRIES_MAX;
    const tally = { suspectsRows, signal, succeeded: 0, suspected: 0 };
    try {
      const refused: RefusedRow<Row>[] = [];
      for (const part of parts) refused.push(...await this.#divide(part, tally));
      const suspect = refused.find(({ error }) => error instanceof StoreUnavailableError);
      if (suspect && tally.succeeded === 0 && refused.length > 1) throw suspect.error;
      this.#suspectTries = 0;
      return refused;
    } catch (error) {
      this.#suspectTries = mayBeOfRow(error) && !suspectsRows ? this.#suspectTries + 1 : 0;
      throw error;
    }
  }

  async #divide(rows: readonly Row[], tally: Tally): Promise<readonly RefusedRow<Row>[]> {
    tally.signal?.throwIfAborted();
    try {
      await this.#write(rows);
      tally.succeeded++;
      return [];
    } catch (error) {
      if (!isRefusal(error, tally)) throw error;
      if (rows.length === 1) return [{ row: rows[0]!, error }];
      const middle = rows.length >> 1;
      const refused = await this.#divide(rows.slice(0, middle), tally);
      return refused.concat(await this.#divide(rows.slice(middle), tally));
    }
  }
}

function isRefusal(error: unknown, tally: Tally): error is RefusedRow<unknown>["error"] {
  if (error instanceof RowRejectedError) return true;
  if (!tally.suspectsRows || !mayBeOfRow(error)) return false;
  return ++tally.suspected <= SUSPICIONS_MAX || tally.succeeded > 0;
}

/** True of an error that a row may have caused, whether or not it did. */
export function mayBeOfRow(error: unknown): error is RefusedRow<unknown>["error"] {
  return error instanceof RowRejectedError ||
    (error instanceof StoreUnavailableError && error.isSuspect);
}
