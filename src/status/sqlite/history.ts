/** `site_report`: every report once, and the transitions between their outcomes. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Outcome } from "../../report/outcome.ts";
import { cellsOf, insertedColumns, REPORT_COLUMNS, type ReportRow } from "./report_row.ts";

const SAME_SITE = "site = :site AND location = :location";
const POSITION = "(order_at, producer_id, sequence)";
const HERE = "(:order_at, :producer_id, :sequence)";

const INSERT = `
INSERT INTO site_report ${insertedColumns(REPORT_COLUMNS)}
ON CONFLICT (producer_id, sequence, checked_at) DO NOTHING`;

const OUTCOME_BEFORE = `
SELECT outcome FROM site_transition WHERE ${SAME_SITE} AND ${POSITION} < ${HERE}
ORDER BY order_at DESC, producer_id DESC, sequence DESC LIMIT 1`;

const NEXT_VERDICT = `
SELECT site, location, order_at, producer_id, sequence, checked_at, outcome, reason
FROM site_report WHERE ${SAME_SITE} AND ${POSITION} > ${HERE} AND outcome <> 'inconclusive'
ORDER BY order_at, producer_id, sequence LIMIT 1`;

const TURN = `
INSERT INTO site_transition
  (site, location, order_at, producer_id, sequence, checked_at, from_outcome, outcome, reason)
VALUES
  (:site, :location, :order_at, :producer_id, :sequence, :checked_at, :from_outcome, :outcome,
   :reason)
ON CONFLICT DO UPDATE SET from_outcome = excluded.from_outcome`;

const UNTURN = `DELETE FROM site_transition WHERE ${SAME_SITE} AND ${POSITION} = ${HERE}`;

/** What a transition is made of. */
type Verdict = Pick<
  ReportRow,
  | "site"
  | "location"
  | "order_at"
  | "producer_id"
  | "sequence"
  | "checked_at"
  | "outcome"
  | "reason"
>;
type Position = Pick<Verdict, "site" | "location" | "order_at" | "producer_id" | "sequence">;

/** History and transitions of one connection, within the caller's transaction. */
export class History {
  readonly #insert: StatementSync;
  readonly #outcomeBefore: StatementSync;
  readonly #nextVerdict: StatementSync;
  readonly #turn: StatementSync;
  readonly #unturn: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(INSERT);
    this.#outcomeBefore = db.prepare(OUTCOME_BEFORE);
    this.#nextVerdict = db.prepare(NEXT_VERDICT);
    this.#turn = db.prepare(TURN);
    this.#unturn = db.prepare(UNTURN);
  }

  /** True when the report was new; then its transitions are in place too. */
  add(row: ReportRow): boolean {
    if (this.#insert.run(...cellsOf(row, REPORT_COLUMNS)).changes === 0) return false;
    if (row.outcome !== "inconclusive") this.#placeTransitions(row);
    return true;
  }

  /**
   * Makes the transitions those of lag(outcome) again. Only two can differ: the new report's own,
   * and that of the next verdict, when the report came late.
   */
  #placeTransitions(row: ReportRow): void {
    const position = positionOf(row);
    const before = this.#outcomeBefore.get(position)?.outcome as Outcome | undefined;
    if (before !== row.outcome) this.#turnAt(row, before ?? null);
    const next = this.#nextVerdict.get(position) as unknown as Verdict | undefined;
    if (!next) return;
    if (next.outcome === row.outcome) this.#unturn.run(positionOf(next));
    else this.#turnAt(next, row.outcome);
  }

  #turnAt(verdict: Verdict, fromOutcome: Outcome | null): void {
    const { checked_at, outcome, reason } = verdict;
    this.#turn.run({
      ...positionOf(verdict),
      checked_at,
      outcome,
      reason,
      from_outcome: fromOutcome,
    });
  }
}

function positionOf({ site, location, order_at, producer_id, sequence }: Position) {
  return { site, location, order_at, producer_id, sequence };
}
