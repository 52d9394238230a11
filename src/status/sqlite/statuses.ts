/** `site_status`: the newest report of each site and location. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { cellsOf, insertedColumns, type ReportRow, STATUS_COLUMNS } from "./report_row.ts";

const INSERTED_COLUMNS = [...STATUS_COLUMNS, "changed_in"] as const;

const NEWER_WINS = `
INSERT INTO site_status AS t ${insertedColumns(INSERTED_COLUMNS)}
ON CONFLICT (site, location) DO UPDATE SET
${INSERTED_COLUMNS.map((column) => `${column} = excluded.${column}`).join(",\n")}
WHERE (t.order_at, t.producer_id, t.sequence)
    < (excluded.order_at, excluded.producer_id, excluded.sequence)`;

/** Counts the transactions that change statuses. */
export const NEXT_CHANGE = "UPDATE last_change SET number = number + 1 RETURNING number";

/** The status table of one connection, within the caller's transaction. */
export class Statuses {
  readonly #newerWins: StatementSync;
  readonly #nextChange: StatementSync;

  constructor(db: DatabaseSync) {
    this.#newerWins = db.prepare(NEWER_WINS);
    this.#nextChange = db.prepare(NEXT_CHANGE);
  }

  /** The number that a transaction marks its changes with. */
  nextChange(): number {
    return this.#nextChange.get()!.number as number;
  }

  /** True when the report is now its site's status, as of the change of this number. */
  offer(row: ReportRow, change: number): boolean {
    return this.#newerWins.run(...cellsOf(row, STATUS_COLUMNS), change).changes === 1;
  }
}
