/** `site_report`: every report once, and the transitions between their outcomes. */
import type { DatabaseSync } from "node:sqlite";
import type { Outcome } from "../../report/outcome.ts";
import { type cellsOf, insertedColumns, REPORT_COLUMNS, type ReportRow } from "./report_row.ts";

const SAME_SITE = "site = ?1 AND location = ?2";
const POSITION = "(order_at, producer_id, sequence)";
const HERE = "(?3, ?4, ?5)";

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
  (site, location, order_at, producer_id, sequence, checked_at, outcome, reason, from_outcome)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET from_outcome = excluded.from_outcome`;

const UNTURN = `DELETE FROM site_transition WHERE ${SAME_SITE} AND ${POSITION} = ${HERE}`;

type Place = Pick<ReportRow, "site" | "location" | "order_at" | "producer_id" | "sequence">;
/** What a transition is made of. */
type Verdict = Place & Pick<ReportRow, "checked_at" | "outcome" | "reason">;

export interface HistoryWriter {
  /** Adds a report, by its cells; false when it was there already. */
  add(cells: ReturnType<typeof cellsOf>): boolean;
  /**
   * Makes the transitions those of lag(outcome) again, after this report was added. Only two can
   * differ: its own, and that of the next verdict, when there is a newer report.
   */
  placeTransitions(row: ReportRow, options: { readonly isNewest: boolean }): void;
}

/** Writes into the history of one connection, within the caller's transaction. */
export function historyWriter(db: DatabaseSync): HistoryWriter {
  const insert = db.prepare(INSERT);
  const outcomeBefore = db.prepare(OUTCOME_BEFORE);
  const nextVerdict = db.prepare(NEXT_VERDICT);
  const turn = db.prepare(TURN);
  const unturn = db.prepare(UNTURN);

  function turnAt(verdict: Verdict, from_outcome: Outcome | null): void {
    const { checked_at, outcome, reason } = verdict;
    turn.run(...placeOf(verdict), checked_at, outcome, reason, from_outcome);
  }

  return {
    add: (cells) => insert.run(...cells).changes === 1,
    placeTransitions(row, { isNewest }) {
      if (row.outcome === "inconclusive") return;
      const place = placeOf(row);
      const before = outcomeBefore.get(...place)?.outcome as Outcome | undefined;
      if (before !== row.outcome) turnAt(row, before ?? null);
      if (isNewest) return;
      const next = nextVerdict.get(...place) as unknown as Verdict | undefined;
      if (!next) return;
      if (next.outcome === row.outcome) unturn.run(...placeOf(next));
      else turnAt(next, row.outcome);
    },
  };
}

/** Where a report stands among all, in the order of {@linkcode SAME_SITE} and {@linkcode HERE}. */
function placeOf({ site, location, order_at, producer_id, sequence }: Place) {
  return [site, location, order_at, producer_id, sequence] as const;
}
