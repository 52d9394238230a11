/** Writes one chunk into the tables: the steps of the ingest transaction, between BEGIN and COMMIT. */
import type { DatabaseSync } from "node:sqlite";
import type { SiteReport } from "../../report/report.ts";
import type { Applied, Chunk, DeadLetter } from "../store.ts";
import { historyWriter } from "./history.ts";
import { hoursWriter } from "./hours.ts";
import {
  cellsOf,
  compareRows,
  insertedColumns,
  reportRow,
  STATUS_COLUMNS,
  type Times,
} from "./report_row.ts";

const INSERTED_COLUMNS = [...STATUS_COLUMNS, "changed_in"] as const;

const NEWER_WINS = `
INSERT INTO site_status AS t ${insertedColumns(INSERTED_COLUMNS)}
ON CONFLICT (site, location) DO UPDATE SET
${INSERTED_COLUMNS.map((column) => `${column} = excluded.${column}`).join(",\n")}
WHERE (t.order_at, t.producer_id, t.sequence)
    < (excluded.order_at, excluded.producer_id, excluded.sequence)`;

/** Counts the transactions that change statuses. */
export const NEXT_CHANGE = "UPDATE last_change SET number = number + 1 RETURNING number";

const ADD_GAP = `
INSERT INTO producer_gap (producer_id, first, last, reason) VALUES (?, ?, ?, ?)
ON CONFLICT DO NOTHING`;

const ADD_DEAD_LETTER = `
INSERT INTO dead_letter
  (topic, "partition", "offset", recorded_at, received_at, reason, detail, key, value, sitemon_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING`;

/** Prepares one connection; what it returns writes a chunk that arrives at `now`, in microseconds. */
export function chunkWriter(db: DatabaseSync): (chunk: Chunk, now: number) => Applied {
  const horizonRow = db.prepare("SELECT not_before FROM history_horizon");
  const newerWins = db.prepare(NEWER_WINS);
  const nextChange = db.prepare(NEXT_CHANGE);
  const addGap = db.prepare(ADD_GAP);
  const addDeadLetter = db.prepare(ADD_DEAD_LETTER);
  const removeDeadLetter = db.prepare("DELETE FROM dead_letter WHERE number = ?");
  const history = historyWriter(db);
  const addToHours = hoursWriter(db);

  /** In their order, so that a report counts as stale only beside what was there before. */
  function writeReports(reports: readonly SiteReport[], times: Times): Omit<Applied, "dead"> {
    const counts = { applied: 0, duplicate: 0, stale: 0, expired: 0 };
    if (reports.length === 0) return counts;
    const change = nextChange.get()!.number as number;
    for (const row of reports.map((report) => reportRow(report, times)).sort(compareRows)) {
      const cells = cellsOf(row);
      const offerStatus = () =>
        newerWins.run(...cells.slice(0, STATUS_COLUMNS.length), change).changes === 1;
      if (row.checked_at < times.horizon) {
        offerStatus();
        counts.expired++;
      } else if (history.add(cells)) {
        addToHours(row);
        const isNewest = offerStatus();
        history.placeTransitions(row, { isNewest });
        if (!isNewest) counts.stale++;
        counts.applied++;
      } else {
        counts.duplicate++;
      }
    }
    return counts;
  }

  function isNew({ timestampMs, ...deadLetter }: DeadLetter, now: number): boolean {
    const { topic, partition, offset, reason, detail, key, value, sitemonId } = deadLetter;
    const place = [topic, partition, offset, timestampMs * 1_000, now];
    return addDeadLetter.run(...place, reason, detail, key, value, sitemonId).changes === 1;
  }

  return ({ reports, gaps, deadLetters, replayed = [] }, now) => {
    const horizon = horizonRow.get()!.not_before as number;
    const counts = writeReports(reports, { now, horizon });
    for (const { producer_id, first, last, reason } of gaps) {
      addGap.run(producer_id, first, last, reason);
    }
    const dead = deadLetters.filter((deadLetter) => isNew(deadLetter, now)).length;
    for (const number of replayed) removeDeadLetter.run(number);
    return { ...counts, dead };
  };
}
