/** What each store says of alerts in its own way, and conditions that several statements share. */
import type { QueriesDialect } from "../queries_dialect.ts";
import { inParts } from "../../../runtime/in_parts.ts";
import type { Queryable, Statement } from "../sql_source.ts";
import type { Columns } from "./alert_rows.ts";

export interface AlertsDialect extends
  Pick<
    QueriesDialect,
    "viewTime" | "durationMs" | "beginning" | "micros" | "time" | "id"
  > {
  /** The store's clock. */
  readonly now: string;
  /** That clock, so many milliseconds later. */
  readonly later: (ms: string) => string;
  /** Rows of `$1`, a JSON array of objects, in its order. */
  readonly rows: (columns: Columns) => string;
  /** The texts of a JSON array, as the column `value`. */
  readonly texts: (array: string) => string;
  /** One text of all rows of a subquery: arrays of the expressions, in its order. */
  readonly arrays: (expressions: string) => string;
  /** Before the checks `r` that confirm something of the status `s`, of which `$2` are asked for. */
  readonly isRecent: string;
  /** Whether `alert_decider d` may get another holder, `excluded`. */
  readonly isFree: string;
  /** Ends a SELECT whose rows are then changed in this transaction. */
  readonly lock: (relation: string) => string;
  /** The same for rows that, while somebody else changes them, are not wanted. */
  readonly lockFree: (relation: string) => string;
}

/** Rows that one statement writes at most; a decision may be of any size. */
export const ROWS_AT_ONCE = 1_000;

/** Whether somebody may have been told of a message. */
export function isTold(message: string): string {
  return `(${message}.state = 'delivered' OR ${message}.is_maybe_told
    OR ${message}.leased_until IS NOT NULL)`;
}

/** Runs a statement on JSON of the items, as many at once as it takes. */
export async function inTurns(
  connection: Queryable,
  statement: Statement,
  items: readonly unknown[],
): Promise<void> {
  for (const part of inParts(items, ROWS_AT_ONCE)) {
    await connection.query(statement, [JSON.stringify(part)]);
  }
}
