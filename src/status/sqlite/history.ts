/** `site_report`: every report once, and the transitions between their outcomes. */
import type { DatabaseSync } from "node:sqlite";
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

type Position = Pick<ReportRow, "site" | "location" | "order_at" | "producer_id" | "sequence">;
/** What a transition is made of. */
type Verdict = Position & Pick<ReportRow, "checked_at" | "outcome" | "reason">;

/**
 * Adds reports to the history of one connection, within the caller's transaction; true when the
 * report was new, and its transitions are in place.
 */
export function historyWriter(db: DatabaseSync): (row: ReportRow) => boolean {
  const insert = db.prepare(INSERT);
  const outcomeBefore = db.prepare(OUTCOME_BEFORE);
  const nextVerdict = db.prepare(NEXT_VERDICT);
  const turn = db.prepare(TURN);
  const unturn = db.prepare(UNTURN);

  function turnAt(verdict: Verdict, from_outcome: Outcome | null): void {
    const { checked_at, outcome, reason } = verdict;
    turn.run({ ...positionOf(verdict), checked_at, outcome, reason, from_outcome });
  }

  /**
   * Makes the transitions those of lag(outcome) again. Only two can differ: the new report's own,
   * and that of the next verdict, when the report came late.
   */
  function placeTransitions(row: ReportRow): void {
    const position = positionOf(row);
    const before = outcomeBefore.get(position)?.outcome as Outcome | undefined;
    if (before !== row.outcome) turnAt(row, before ?? null);
    const next = nextVerdict.get(position) as unknown as Verdict | undefined;
    if (!next) return;
    if (next.outcome === row.outcome) unturn.run(positionOf(next));
    else turnAt(next, row.outcome);
  }

  return (row) => {
    if (insert.run(...cellsOf(row, REPORT_COLUMNS)).changes === 0) return false;
    if (row.outcome !== "inconclusive") placeTransitions(row);
    return true;
  };
}

function positionOf({ site, location, order_at, producer_id, sequence }: Position): Position {
  return { site, location, order_at, producer_id, sequence };
}
