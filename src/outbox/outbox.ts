/**
 * The outbox: a SQLite file that keeps reports from the moment they are stored until the receiver
 * has acknowledged them. One owner; every call is synchronous and blocks its thread.
 */
import type { ReportDraft } from "../report/report_draft.ts";
import type { Run } from "../report/sequence_runs.ts";
import { logger, MinuteLimit } from "../runtime/telemetry/logging.ts";
import { countFromZero } from "../runtime/telemetry/telemetry.ts";
import { OutboxFullError, OutboxUnavailableError } from "./outbox_error.ts";
import { GAP_REASONS, type GapReason } from "./file/gap_rows.ts";
import { OutboxFile, type OutboxFileOptions } from "./file/outbox_file.ts";
import { readNotes, writeNote } from "./file/note_rows.ts";
import type { Dropped } from "./file/outbox_limits.ts";
import type { SiteNote } from "./site_note.ts";
import type { Settlement, TakeLimits } from "./outbox_source.ts";
import { type OutboxStats, queryStats } from "./outbox_stats.ts";
import type { BatchSource, FillLevel, OutboxTables, ReportBatch } from "./file/outbox_tables.ts";
import type { OutboxRow } from "./publisher.ts";
import { asUnavailable } from "./file/storage_failure.ts";

export type OutboxOptions = OutboxFileOptions;

const DROPPED = "sitemon_outbox_dropped_total";

const log = logger("outbox");

/** See the module's head. Open one with {@linkcode Outbox.open}. */
export class Outbox implements Disposable {
  readonly #options: OutboxOptions;
  readonly #file: OutboxFile;
  readonly #logLimit: MinuteLimit;
  /** Reports and gaps that wait, by what was written last. */
  #rows = 0;
  #droppedCount = 0;
  #isClosed = false;

  /**
   * Opens the file, or makes a new one, and takes its lock. A damaged file is quarantined first; one
   * that is removed or replaced while it is open gets a successor, with its unsent rows.
   *
   * Throws {@linkcode OutboxLockedError}, {@linkcode OutboxRefusedError} or
   * {@linkcode OutboxUnavailableError}.
   */
  static open(options: OutboxOptions): Outbox {
    const outbox = new Outbox(options);
    try {
      const stats = outbox.#use("open", ({ database }) => queryStats(database.sql));
      outbox.#reportLevel(stats);
      return outbox;
    } catch (error) {
      outbox.close();
      throw error;
    }
  }

  private constructor(options: OutboxOptions) {
    this.#options = options;
    this.#file = new OutboxFile(options);
    this.#logLimit = new MinuteLimit(options.clock);
    countFromZero(options.telemetry, DROPPED, GAP_REASONS.map((reason) => ({ reason })));
  }

  /** {@linkcode Outbox.appendBatches} of one batch. */
  append(reports: readonly ReportDraft[], source?: BatchSource): Run | undefined {
    return this.appendBatches([source ? { reports, source } : { reports }]);
  }

  /**
   * Stores the reports of all batches in one durable transaction, each under the next sequence.
   * Returns `undefined` when nothing was new.
   *
   * Throws {@linkcode OutboxFullError} or {@linkcode OutboxUnavailableError}, and has then stored
   * nothing.
   */
  appendBatches(batches: readonly ReportBatch[]): Run | undefined {
    const { clock, telemetry } = this.#options;
    const startMs = clock.monotonicMs();
    const { range, dropped, level } = this.#attempt("write to", () => this.#file.store(batches));
    const seconds = (clock.monotonicMs() - startMs) / 1_000;
    telemetry.observe("sitemon_outbox_commit_duration_seconds", seconds);
    telemetry.dependency("outbox", { ok: true });
    if (range !== undefined) {
      telemetry.count("sitemon_outbox_stored_total", {}, range.last - range.first + 1);
      log.debug("stored {first} to {last}", { ...range });
    }
    if (dropped.count > 0) this.#reportDropped(dropped);
    this.#reportLevel(level);
    return range;
  }

  /** True when no row waits, as far as nobody has replaced the file. */
  get isEmpty(): boolean {
    return this.#rows === 0;
  }

  /**
   * The oldest rows, or those that follow the ones in flight. They are then in flight until
   * {@linkcode settle} or {@linkcode release}.
   */
  take(limits: Omit<TakeLimits, "waitMs" | "lingerMs">): readonly OutboxRow[] {
    return this.#use("read", (tables) => tables.inFlight.take(limits));
  }

  /**
   * Ends the batch that was taken first. Ids that are not in flight are ignored: they are a former
   * batch's.
   */
  settle(settlement: Settlement): void {
    const isNothingDone = settlement.acknowledged.length + settlement.tooLarge.length === 0;
    if (isNothingDone) return this.release();
    const { dead, level } = this.#use("write to", (tables) => tables.settle(settlement));
    if (dead.length > 0) this.#reportDead(dead);
    this.#reportLevel(level);
  }

  /** Nothing is in flight any more, as when the relay has died. */
  release(): void {
    this.#file.tables?.inFlight.release();
  }

  /** What the publisher has noted. */
  notes(): ReadonlyMap<string, string> {
    return this.#use("read", ({ database }) => readNotes(database.sql));
  }

  /** Durable when it returns; throws {@linkcode OutboxUnavailableError}. */
  note(name: string, text: string): void {
    this.#use(
      "write to",
      ({ database }) => database.transaction(() => writeNote(database.sql, name, text)),
    );
  }

  /** What the batches have noted. Throws {@linkcode OutboxUnavailableError}. */
  siteNotes(): readonly SiteNote[] {
    return this.#use("read", ({ notes }) => notes.all());
  }

  stats(): OutboxStats {
    return this.#use("read", (tables) => queryStats(tables.database.sql));
  }

  /** Closes the file and releases its lock; repeating it is harmless. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #use<T>(action: string, work: (tables: OutboxTables) => T): T {
    return this.#attempt(action, () => this.#file.use(work));
  }

  /** Does `work`; errors of the disk become OutboxUnavailableError, and are reported. */
  #attempt<T>(action: string, work: () => T): T {
    // Its lock may be another owner's by now.
    if (this.#isClosed) throw new OutboxUnavailableError("busy", "the outbox is closed");
    try {
      return work();
    } catch (error) {
      const failure = asUnavailable(error, `${action} outbox "${this.#options.path}"`);
      this.#reportFailure(failure);
      throw failure;
    }
  }

  #reportDropped({ count, reason }: Dropped): void {
    this.#countDropped(reason, count);
    this.#droppedCount += count;
    if (!this.#logLimit.allows("dropped")) return;
    const what = this.#droppedCount === 1
      ? "report dropped since start, recorded as a gap"
      : "reports dropped since start, recorded as gaps";
    log.warn(`outbox full: {count} ${what}`, { count: this.#droppedCount });
  }

  #countDropped(reason: GapReason, count: number): void {
    this.#options.telemetry.count(DROPPED, { reason }, count);
  }

  #reportDead(sequences: readonly number[]): void {
    const count = sequences.length;
    const [sequence] = sequences;
    this.#countDropped("too_large", count);
    if (!this.#logLimit.allows("too_large")) return;
    const text = "reports too large for the receiver, kept as dead letters: {count}";
    log.warn(text, { count, sequence });
  }

  #reportFailure(error: unknown): void {
    const isFull = error instanceof OutboxFullError;
    if (!isFull && !(error instanceof OutboxUnavailableError)) return;
    const reason = isFull ? "full" : error.failure;
    const { message: detail } = error;
    this.#options.telemetry.dependency("outbox", { ok: false, reason, detail });
  }

  #reportLevel({ rows, bytes, oldestMicros }: FillLevel): void {
    const { telemetry } = this.#options;
    this.#rows = rows;
    telemetry.set("sitemon_outbox_rows", rows);
    telemetry.set("sitemon_outbox_bytes", bytes);
    telemetry.age("sitemon_outbox_oldest_age_seconds", oldestMicros ?? Infinity);
  }
}
