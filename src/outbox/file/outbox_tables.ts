/** The tables of one outbox file at work together: what a transaction of the outbox does. */
import type { StatementSync } from "node:sqlite";
import type { ReportDraft } from "../../report/report_draft.ts";
import type { Run } from "../../report/sequence_runs.ts";
import type { Settlement } from "../outbox_source.ts";
import { GapRows } from "./gap_rows.ts";
import type { OutboxDatabase, ProducerState } from "./outbox_database.ts";
import { type Dropped, OutboxLimits, type OutboxLimitsOptions } from "./outbox_limits.ts";
import type { SiteNote } from "../site_note.ts";
import { SiteNotes } from "./site_notes.ts";
import { ReportRows } from "./report_rows.ts";
import { RowsInFlight, RowTraces } from "./rows_in_flight.ts";

/** Sources that are kept: every scanner thread has a new one, and far fewer live at once. */
export const SOURCES_MAX = 256;

/** A batch of a source. Batches of one source arrive in the order of their numbers. */
export interface BatchSource {
  readonly id: string;
  readonly batch: number;
}

/** Reports and notes that are stored together or not at all. */
export interface ReportBatch {
  readonly reports: readonly ReportDraft[];
  readonly notes?: readonly SiteNote[];
  /** Makes storing exactly-once: of a source, a batch not above its last one is stored already. */
  readonly source?: BatchSource;
}

/** What became of batches; without a range nothing was new. */
export interface StoredBatches {
  readonly range: Run | undefined;
  readonly dropped: Dropped;
  readonly level: FillLevel;
}

/** How full a file was at the end of a transaction. */
export interface FillLevel {
  readonly rows: number;
  readonly bytes: number;
  readonly oldestMicros: number | null;
}

/** One outbox file that is open. Errors of SQLite come as they are. */
export class OutboxTables {
  readonly database: OutboxDatabase;
  readonly inFlight: RowsInFlight;
  readonly notes: SiteNotes;
  readonly #reports: ReportRows;
  readonly #ledger: BatchLedger;
  readonly #limits: OutboxLimits;
  readonly #oldest: StatementSync;

  constructor(database: OutboxDatabase, options: OutboxLimitsOptions) {
    const gaps = new GapRows(database);
    const traces = new RowTraces();
    this.database = database;
    this.inFlight = new RowsInFlight(database, gaps, traces);
    this.notes = new SiteNotes(database);
    this.#reports = new ReportRows(database, traces, options.rowsMax);
    this.#ledger = new BatchLedger(database);
    this.#limits = new OutboxLimits(database, gaps, options);
    this.#oldest = database.sql.prepare("SELECT recorded_at FROM outbox_row ORDER BY id LIMIT 1");
  }

  /** Stores what is new of the batches, and makes room for it. */
  store(batches: readonly ReportBatch[], nowMicros: number): StoredBatches {
    this.database.vacuumStep();
    const bytesMax = this.#limits.bytesMax();
    try {
      return this.database.transaction((state) => {
        const first = state.sequence + 1;
        const added = batches
          .filter(({ source }) => source === undefined || this.#ledger.note(source, first));
        this.#reports.add(added.flatMap(({ reports }) => reports), state, nowMicros);
        this.notes.keep(added.flatMap(({ notes = [] }) => notes));
        const dropped = this.#limits.enforce(state, bytesMax, this.inFlight.lastId);
        const last = state.sequence;
        const range = last < first ? undefined : { first, last };
        return { range, dropped, level: this.#level(state) };
      });
    } catch (error) {
      this.#reports.rollBack();
      throw error;
    }
  }

  /** Ends the batch that was taken first. */
  settle(settlement: Settlement): { dead: readonly number[]; level: FillLevel } {
    this.database.vacuumStep();
    // Undone by a power cut, it is only done again.
    const settled = this.database.quickTransaction((state) => {
      const dead = this.inFlight.settle(settlement, state);
      return { dead, level: this.#level(state) };
    });
    this.inFlight.end(settlement);
    return settled;
  }

  close(): void {
    this.database[Symbol.dispose]();
  }

  #level(state: ProducerState): FillLevel {
    return {
      rows: state.reportCount + state.gapCount,
      bytes: this.database.bytesInUse,
      oldestMicros: (this.#oldest.get()?.recorded_at ?? null) as number | null,
    };
  }
}

/**
 * Remembers which batch of each source was stored last, so that one that is sent again (because
 * the outbox's thread died between its commit and its answer) is not stored again.
 */
class BatchLedger {
  readonly #find: StatementSync;
  readonly #save: StatementSync;
  readonly #forgetOldest: StatementSync;

  constructor({ sql }: OutboxDatabase) {
    this.#find = sql.prepare("SELECT batch FROM source_batch WHERE source = ?");
    this.#save = sql.prepare("INSERT OR REPLACE INTO source_batch VALUES (?, ?, ?)");
    this.#forgetOldest = sql.prepare(
      `DELETE FROM source_batch WHERE source NOT IN (
         SELECT source FROM source_batch ORDER BY sequence DESC LIMIT ${SOURCES_MAX})`,
    );
  }

  /** Notes a batch as stored; false when it was before. `sequence` says how recent the source is. */
  note({ id, batch }: BatchSource, sequence: number): boolean {
    const stored = this.#find.get(id)?.batch as number | undefined;
    if (stored !== undefined && batch <= stored) return false;
    this.#save.run(id, batch, sequence);
    if (stored === undefined) this.#forgetOldest.run();
    return true;
  }
}
