/** Writes one chunk into the tables: the steps of the ingest transaction, between BEGIN and COMMIT. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Gap, SiteReport } from "../../report/report.ts";
import type { Applied, Chunk, DeadLetter } from "../store.ts";
import { History } from "./history.ts";
import { Hours } from "./hours.ts";
import { compareRows, reportRow, type Times } from "./report_row.ts";
import { Statuses } from "./statuses.ts";

const ADD_GAP = `
INSERT INTO producer_gap (producer_id, first, last, reason) VALUES (?, ?, ?, ?)
ON CONFLICT DO NOTHING`;

const ADD_DEAD_LETTER = `
INSERT INTO dead_letter
  (topic, "partition", "offset", recorded_at, received_at, reason, detail, key, value, sitemon_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING`;

/** The statements of one connection. */
export class ChunkWriter {
  readonly db: DatabaseSync;
  readonly #horizon: StatementSync;
  readonly #history: History;
  readonly #hours: Hours;
  readonly #statuses: Statuses;
  readonly #addGap: StatementSync;
  readonly #addDeadLetter: StatementSync;
  readonly #removeDeadLetter: StatementSync;

  constructor(db: DatabaseSync) {
    this.db = db;
    this.#horizon = db.prepare("SELECT not_before FROM history_horizon");
    this.#history = new History(db);
    this.#hours = new Hours(db);
    this.#statuses = new Statuses(db);
    this.#addGap = db.prepare(ADD_GAP);
    this.#addDeadLetter = db.prepare(ADD_DEAD_LETTER);
    this.#removeDeadLetter = db.prepare("DELETE FROM dead_letter WHERE number = ?");
  }

  /** Writes the chunk, all of which arrives at `now` (microseconds since 1970). */
  write({ reports, gaps, deadLetters, replayed = [] }: Chunk, now: number): Applied {
    const horizon = this.#horizon.get()!.not_before as number;
    const counts = this.#writeReports(reports, { now, horizon });
    for (const gap of gaps) this.#writeGap(gap);
    const dead = deadLetters.filter((deadLetter) => this.#writeDeadLetter(deadLetter, now));
    for (const number of replayed) this.#removeDeadLetter.run(number);
    return { ...counts, dead: dead.length };
  }

  /** In their order, so that a report counts as stale only beside what was there before. */
  #writeReports(reports: readonly SiteReport[], times: Times): Omit<Applied, "dead"> {
    const counts = { applied: 0, duplicate: 0, stale: 0, expired: 0 };
    if (reports.length === 0) return counts;
    const change = this.#statuses.nextChange();
    for (const row of reports.map((report) => reportRow(report, times)).sort(compareRows)) {
      if (row.checked_at < times.horizon) {
        this.#statuses.offer(row, change);
        counts.expired++;
      } else if (this.#history.add(row)) {
        this.#hours.add(row);
        if (!this.#statuses.offer(row, change)) counts.stale++;
        counts.applied++;
      } else {
        counts.duplicate++;
      }
    }
    return counts;
  }

  #writeGap({ producer_id, first, last, reason }: Gap): void {
    this.#addGap.run(producer_id, first, last, reason);
  }

  /** True when it was new. */
  #writeDeadLetter(deadLetter: DeadLetter, nowMicros: number): boolean {
    const { topic, partition, offset, timestampMs, reason, detail } = deadLetter;
    const { key, value, sitemonId } = deadLetter;
    const place = [topic, partition, offset, timestampMs * 1_000, nowMicros];
    return this.#addDeadLetter.run(...place, reason, detail, key, value, sitemonId).changes === 1;
  }
}
