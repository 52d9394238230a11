/** Writes one chunk into the tables: the steps of the ingest transaction, between BEGIN and COMMIT. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { SiteReport } from "../../report/report.ts";
import type { Applied, Chunk } from "../store.ts";
import { History } from "./history.ts";
import { Hours } from "./hours.ts";
import { compareRows, reportRow, type Times } from "./report_row.ts";
import { SetAside } from "./set_aside.ts";
import { Statuses } from "./statuses.ts";

/** The statements of one connection. */
export class ChunkWriter {
  readonly #horizon: StatementSync;
  readonly #history: History;
  readonly #hours: Hours;
  readonly #statuses: Statuses;
  readonly #setAside: SetAside;

  constructor(db: DatabaseSync) {
    this.#horizon = db.prepare("SELECT not_before FROM history_horizon");
    this.#history = new History(db);
    this.#hours = new Hours(db);
    this.#statuses = new Statuses(db);
    this.#setAside = new SetAside(db);
  }

  /** Writes the chunk, all of which arrives at `now` (microseconds since 1970). */
  write(chunk: Chunk, now: number): Applied {
    const horizon = this.#horizon.get()!.not_before as number;
    const counts = this.#writeReports(chunk.reports, { now, horizon });
    for (const gap of chunk.gaps) this.#setAside.addGap(gap);
    const dead = chunk.deadLetters.filter((deadLetter) =>
      this.#setAside.addDeadLetter(deadLetter, now)
    );
    for (const number of chunk.replayed ?? []) this.#setAside.removeDeadLetter(number);
    return { ...counts, dead: dead.length };
  }

  /** In their order, so that a report counts as stale only beside what stood there before. */
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
}
