/** Writes reports as rows, each under the next sequence, and notes what coalescing must keep. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Outcome } from "../report/outcome.ts";
import { completeDraft, type ReportDraft } from "../report/report_draft.ts";
import { LastReports } from "./last_reports.ts";
import type { OutboxDatabase, ProducerState } from "./outbox_database.ts";
import type { RowTraces } from "./row_traces.ts";

/** Rows that one statement inserts, where there are as many: 32 at a time cost half of 32 alone. */
const ROWS_OF_A_STATEMENT = [32, 8, 1] as const;

/** A row that is still to be inserted. */
interface NewRow {
  readonly site: string;
  readonly outcome: Outcome;
  readonly sequence: number;
  readonly recordedAt: number;
  readonly isEdge: boolean;
  readonly payload: Uint8Array;
  readonly traceparent: string | undefined;
}

/**
 * Rows of reports. A row is its site's newest until the next one of that site arrives, and an edge
 * when its outcome differs from that of the site's previous report.
 */
export class ReportRows {
  readonly #traces: RowTraces;
  readonly #last: LastReports;
  readonly #oldestId: StatementSync;
  readonly #replace: StatementSync;
  readonly #inserts: readonly Insert[];

  /** A site is forgotten when none of the last `reportsMax` reports was of it. */
  constructor(
    { sql }: OutboxDatabase,
    { traces, reportsMax }: { readonly traces: RowTraces; readonly reportsMax: number },
  ) {
    this.#traces = traces;
    this.#last = new LastReports(sql, reportsMax);
    this.#oldestId = sql.prepare(
      `SELECT coalesce((SELECT min(id) FROM outbox_row),
         (SELECT seq + 1 FROM sqlite_sequence WHERE name = 'outbox_row'), 0) AS id`,
    );
    this.#replace = sql.prepare("UPDATE outbox_row SET is_newest = 0 WHERE id = ?");
    this.#inserts = ROWS_OF_A_STATEMENT.map((rows) => insertOf(sql, rows));
  }

  /**
   * Writes reports as the producer's next ones. `recorded_at` rises by at least a microsecond,
   * whatever the clock does.
   */
  add(reports: readonly ReportDraft[], state: ProducerState, nowMicros: number): void {
    this.#last.begin();
    const oldestId = this.#oldestId.get()!.id as number;
    // One of a site at a time: the next one has to know the row that it replaces.
    const rows = new Map<string, NewRow>();
    for (const report of reports) {
      if (rows.has(report.site)) this.#insert(rows, state);
      rows.set(report.site, this.#next(report, state, nowMicros));
      const { rowId = -1 } = this.#last.of(report.site) ?? {};
      if (rowId >= oldestId) this.#replace.run(rowId);
    }
    this.#insert(rows, state);
  }

  /** Forgets what `add()` noted, as its transaction was rolled back. */
  rollBack(): void {
    this.#last.rollBack();
  }

  #next(report: ReportDraft, state: ProducerState, nowMicros: number): NewRow {
    const { site, outcome, traceparent } = report;
    const sequence = state.sequence + 1;
    const recordedAt = Math.max(nowMicros, state.recordedAt + 1);
    const { producerId: producer_id } = state;
    state.sequence = sequence;
    state.recordedAt = recordedAt;
    state.reportCount++;
    const payload = completeDraft(report, { producer_id, sequence, recorded_at: recordedAt });
    const isEdge = this.#last.of(site)?.outcome !== outcome;
    return { site, outcome, sequence, recordedAt, isEdge, payload, traceparent };
  }

  /** Inserts the rows in their order, and empties the map of them. */
  #insert(rows: Map<string, NewRow>, { producerId }: ProducerState): void {
    const waiting = [...rows.values()];
    rows.clear();
    for (const { rowCount, statement } of this.#inserts) {
      while (waiting.length >= rowCount) {
        const inserted = waiting.splice(0, rowCount);
        const { lastInsertRowid } = statement.run(...inserted.flatMap((row) => {
          const { site, sequence, recordedAt, isEdge, payload } = row;
          return [site, producerId, sequence, recordedAt, isEdge ? 1 : 0, payload];
        }));
        // One statement gives ids without a hole.
        let rowId = Number(lastInsertRowid) - rowCount;
        for (const { site, outcome, sequence, traceparent } of inserted) {
          this.#last.note(site, { outcome, sequence, rowId: ++rowId });
          this.#traces.note(rowId, traceparent);
        }
      }
    }
  }
}

interface Insert {
  readonly rowCount: number;
  readonly statement: StatementSync;
}

function insertOf(sql: DatabaseSync, rowCount: number): Insert {
  const values = Array.from({ length: rowCount }, () => "('report', ?, ?, ?, ?, 1, ?, ?)");
  const statement = sql.prepare(
    `INSERT INTO outbox_row
       (kind, key, producer_id, sequence, recorded_at, is_newest, is_edge, payload)
     VALUES ${values.join(", ")}`,
  );
  return { rowCount, statement };
}
