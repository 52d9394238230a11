/** Writes reports as rows, each under the next sequence, and notes what coalescing must keep. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Outcome } from "../../report/outcome.ts";
import { completeDrafts, type ReportDraft } from "../../report/report_draft.ts";
import type { OutboxDatabase, ProducerState } from "./outbox_database.ts";
import type { RowTraces } from "./rows_in_flight.ts";

/** Rows that one statement inserts, where there are as many: 32 at a time cost half of 32 alone. */
const ROWS_OF_A_STATEMENT = [32, 8, 1] as const;

/** A row that is still to be inserted. */
interface NewRow {
  readonly draft: ReportDraft;
  readonly payload: Uint8Array;
  readonly sequence: number;
  readonly recordedAt: number;
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
  readonly #inserts: readonly { readonly rowCount: number; readonly statement: StatementSync }[];

  /** A site is forgotten when none of the last `reportsMax` reports was of it. */
  constructor({ sql }: OutboxDatabase, traces: RowTraces, reportsMax: number) {
    this.#traces = traces;
    this.#last = new LastReports(sql, reportsMax);
    this.#oldestId = sql.prepare(
      `SELECT coalesce((SELECT min(id) FROM outbox_row),
         (SELECT seq + 1 FROM sqlite_sequence WHERE name = 'outbox_row'), 0) AS id`,
    );
    this.#replace = sql.prepare("UPDATE outbox_row SET is_newest = 0 WHERE id = ?");
    this.#inserts = ROWS_OF_A_STATEMENT.map((rowCount) => {
      const values = Array(rowCount).fill("('report', ?, ?, ?, ?, 1, ?, ?)").join(", ");
      const statement = sql.prepare(
        `INSERT INTO outbox_row
           (kind, key, producer_id, sequence, recorded_at, is_newest, is_edge, payload)
         VALUES ${values}`,
      );
      return { rowCount, statement };
    });
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
    for (const row of nextRows(reports, state, nowMicros)) {
      const { site } = row.draft;
      if (rows.has(site)) this.#insert(rows, state);
      rows.set(site, row);
      const { rowId = -1 } = this.#last.of(site) ?? {};
      if (rowId >= oldestId) this.#replace.run(rowId);
    }
    this.#insert(rows, state);
  }

  /** Forgets what `add()` noted, as its transaction was rolled back. */
  rollBack(): void {
    this.#last.rollBack();
  }

  /** Inserts the rows in their order, and empties the map of them. */
  #insert(rows: Map<string, NewRow>, { producerId }: ProducerState): void {
    const waiting = [...rows.values()];
    rows.clear();
    for (const { rowCount, statement } of this.#inserts) {
      while (waiting.length >= rowCount) {
        const inserted = waiting.splice(0, rowCount);
        const { lastInsertRowid } = statement.run(...inserted.flatMap((row) => {
          const { draft, payload, sequence, recordedAt } = row;
          const isEdge = this.#last.of(draft.site)?.outcome !== draft.outcome;
          return [draft.site, producerId, sequence, recordedAt, isEdge ? 1 : 0, payload];
        }));
        // One statement gives ids without a hole.
        let rowId = Number(lastInsertRowid) - rowCount;
        for (const { draft, sequence } of inserted) {
          const { site, outcome, traceparent } = draft;
          this.#last.note(site, outcome, sequence, ++rowId);
          this.#traces.note(rowId, traceparent);
        }
      }
    }
  }
}

/** The rows of the producer's next reports, which its state counts from then on. */
function nextRows(
  drafts: readonly ReportDraft[],
  state: ProducerState,
  nowMicros: number,
): NewRow[] {
  const sequence = state.sequence + 1;
  const recordedAt = Math.max(nowMicros, state.recordedAt + 1);
  const first = { producer_id: state.producerId, sequence, recorded_at: recordedAt };
  const payloads = completeDrafts(drafts, first);
  if (drafts.length > 0) state.recordedAt = recordedAt + drafts.length - 1;
  state.sequence += drafts.length;
  state.reportCount += drafts.length;
  return drafts.map((draft, n) => {
    return { draft, payload: payloads[n]!, sequence: sequence + n, recordedAt: recordedAt + n };
  });
}

/** A site's last report. */
interface LastReport {
  readonly outcome: Outcome;
  readonly sequence: number;
  /** Of its row, which may be gone; 0 when it was gone already when the file was opened. */
  readonly rowId: number;
  /** Of the report that the file has as the site's last one. */
  readonly savedSequence: number;
}

/**
 * The last report of each site, so that coalescing knows what to keep. It is kept in memory; the file
 * has its outcome, and a sequence that is not far behind, which most reports do not change.
 */
class LastReports {
  readonly #known = new Map<string, LastReport>();
  /** What a transaction has replaced, in case it is rolled back. */
  readonly #replaced = new Map<string, LastReport | undefined>();
  readonly #staleAfter: number;
  readonly #save: StatementSync;

  /**
   * Reads them from the file, and forgets sites that none of the last `reportsMax` reports was of
   * and of which no row waits: they may have left the configuration. If one comes back, its next
   * report counts as an edge.
   */
  constructor(sql: DatabaseSync, reportsMax: number) {
    this.#staleAfter = reportsMax / 2;
    this.#save = sql.prepare("INSERT OR REPLACE INTO last_report VALUES (?, ?, ?)");
    const rowIds = new Map(
      sql.prepare("SELECT key, id FROM outbox_row WHERE is_newest = 1").all()
        .map(({ key, id }) => [key as string, id as number]),
    );
    const forget = sql.prepare("DELETE FROM last_report WHERE site = ?");
    const { oldest } = sql.prepare("SELECT sequence - ? AS oldest FROM producer").get(reportsMax)!;
    for (const row of sql.prepare("SELECT site, outcome, sequence FROM last_report").all()) {
      const { site, outcome, sequence } = row as unknown as { site: string } & LastReport;
      const rowId = rowIds.get(site);
      if (rowId === undefined && sequence < (oldest as number)) forget.run(site);
      else this.#known.set(site, { outcome, sequence, savedSequence: sequence, rowId: rowId ?? 0 });
    }
  }

  /** Of a transaction that begins now. */
  begin(): void {
    this.#replaced.clear();
  }

  /** Forgets what was noted since `begin()`. */
  rollBack(): void {
    for (const [site, known] of this.#replaced) {
      if (known === undefined) this.#known.delete(site);
      else this.#known.set(site, known);
    }
    this.#replaced.clear();
  }

  of(site: string): LastReport | undefined {
    return this.#known.get(site);
  }

  /** Notes a report that was stored after all others. */
  note(site: string, outcome: Outcome, sequence: number, rowId: number): void {
    const former = this.#known.get(site);
    if (!this.#replaced.has(site)) this.#replaced.set(site, former);
    const isSaved = former?.outcome === outcome &&
      sequence - former.savedSequence <= this.#staleAfter;
    if (!isSaved) this.#save.run(site, outcome, sequence);
    const savedSequence = isSaved ? former.savedSequence : sequence;
    this.#known.set(site, { outcome, sequence, rowId, savedSequence });
  }
}
