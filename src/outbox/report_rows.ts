/** Writes reports as rows, each under the next sequence, and notes what coalescing must keep. */
import type { StatementSync } from "node:sqlite";
import { encodeReport } from "../report/codec.ts";
import type { SiteReport, TracedReport } from "../report/report.ts";
import type { OutboxDatabase, ProducerState } from "./outbox_database.ts";
import type { RowTraces } from "./row_traces.ts";

/**
 * Rows of reports. A row is its site's newest until the next one of that site arrives, and an edge
 * when its outcome differs from that of the site's previous report.
 */
export class ReportRows {
  readonly #traces: RowTraces;
  readonly #findLast: StatementSync;
  readonly #replace: StatementSync;
  readonly #insert: StatementSync;
  readonly #saveLast: StatementSync;
  readonly #forgetFormer: StatementSync;

  constructor({ sql }: OutboxDatabase, traces: RowTraces) {
    this.#traces = traces;
    this.#findLast = sql.prepare("SELECT outcome, row_id FROM last_report WHERE site = ?");
    this.#replace = sql.prepare("UPDATE outbox_row SET is_newest = 0 WHERE id = ?");
    this.#insert = sql.prepare(
      `INSERT INTO outbox_row
         (kind, key, producer_id, sequence, recorded_at, is_newest, is_edge, payload)
       VALUES ('report', ?, ?, ?, ?, 1, ?, ?)`,
    );
    this.#saveLast = sql.prepare(
      `INSERT INTO last_report VALUES (?, ?, ?, ?)
       ON CONFLICT (site) DO UPDATE SET
         outcome = excluded.outcome, sequence = excluded.sequence, row_id = excluded.row_id`,
    );
    this.#forgetFormer = sql.prepare(
      `DELETE FROM last_report
       WHERE sequence < (SELECT sequence FROM producer) - ?
         AND NOT EXISTS (SELECT 1 FROM outbox_row WHERE id = row_id)`,
    );
  }

  /**
   * Writes a report as the producer's next one.
   *
   * `recorded_at` rises by at least a microsecond, whatever the clock does.
   * Throws {@linkcode UnencodableReportError} and has then changed nothing.
   */
  add(report: TracedReport, state: ProducerState, nowMicros: number): void {
    const { producerId } = state;
    const sequence = state.sequence + 1;
    const recordedAt = Math.max(nowMicros, state.recordedAt + 1);
    const payload = encode({
      ...report,
      producer_id: producerId,
      sequence,
      recorded_at: recordedAt,
    });
    const last = this.#findLast.get(report.site);
    if (last) this.#replace.run(last.row_id as number);
    const isEdge = last?.outcome === report.outcome ? 0 : 1;
    const { lastInsertRowid } = this.#insert.run(
      report.site,
      producerId,
      sequence,
      recordedAt,
      isEdge,
      payload,
    );
    this.#saveLast.run(report.site, report.outcome, sequence, lastInsertRowid);
    this.#traces.note(Number(lastInsertRowid), report.traceparent);
    state.sequence = sequence;
    state.recordedAt = recordedAt;
    state.reportCount++;
  }

  /**
   * Forgets sites that none of the last `reportCount` reports was of and of which no row waits: they
   * may have left the configuration. If one comes back, its next report counts as an edge.
   */
  forgetFormerSites(reportCount: number): void {
    this.#forgetFormer.run(reportCount);
  }
}

/** A report that breaks its own type. It would hold up all others if it were tried again. */
export class UnencodableReportError extends TypeError {
  override readonly name = "UnencodableReportError";
}

function encode(report: SiteReport): Uint8Array {
  try {
    return encodeReport(report);
  } catch (cause) {
    throw new UnencodableReportError(
      `Cannot store a report of "${report.site}" as it must fit its schema: ` +
        (cause instanceof Error ? cause.message : String(cause)),
      { cause },
    );
  }
}
