/**
 * The outbox's file: locked, opened, and replaced by a new one when it is damaged or its disk has
 * failed, or when it was removed or replaced while it was open.
 */
import { logger, MinuteLimit } from "../../runtime/telemetry/logging.ts";
import { countFromZero, type Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { OutboxLockedError, OutboxRefusedError } from "../outbox_error.ts";
import { adoptRows, type LostRun, startOver } from "./former_rows.ts";
import { hasMark, OutboxDatabase } from "./outbox_database.ts";
import type { OutboxLimitsOptions } from "./outbox_limits.ts";
import { lockPathOf, OutboxLock } from "./outbox_lock.ts";
import {
  differenceFrom,
  type FileIdentity,
  type FoundOutbox,
  hasLog,
  isAt,
  isSamePlace,
  isThere,
  type OutboxRecord,
  placeOf,
} from "./outbox_record.ts";
import { OutboxTables, type ReportBatch, type StoredBatches } from "./outbox_tables.ts";
import { folderBeside, quarantine } from "./quarantine.ts";
import { isCorruption, isDiskFailure } from "./storage_failure.ts";

export interface OutboxFileOptions extends OutboxLimitsOptions {
  readonly telemetry: Telemetry;
  /** Of this process, if the thread that opens the outbox may be replaced. */
  readonly runId?: string;
  /** Called when a new producer begins although there was one before. */
  readonly onReset?: (reset: OutboxReset) => void;
}

/** Why a new producer begins, as a sentence. */
export interface OutboxReset {
  readonly detail: string;
  /** The rows of the former one are in the file that was moved aside, and in no other. */
  readonly isDamaged: boolean;
}

const LOST = "sitemon_reports_lost_total";
const LOST_WITH_OUTBOX = { cause: "outbox_reset" };

const log = logger("outbox");

/** Of a producer that has stored nothing yet. */
const NEW_RECORD = { sequence: 0, isOpen: false, isFailing: false };

/** The owner of one path. Errors of SQLite and of the file system come as they are. */
export class OutboxFile {
  readonly #options: OutboxFileOptions;
  readonly #logLimit: MinuteLimit;
  #lock: OutboxLock;
  #tables: OutboxTables | undefined;
  #identity: FileIdentity | undefined;

  /** Takes the lock. Throws {@linkcode OutboxLockedError} when another owner has it. */
  constructor(options: OutboxFileOptions) {
    this.#options = options;
    this.#logLimit = new MinuteLimit(options.clock);
    countFromZero(options.telemetry, LOST, [LOST_WITH_OUTBOX]);
    this.#lock = new OutboxLock(options.path);
  }

  /** The tables, when they are open. */
  get tables(): OutboxTables | undefined {
    return this.#tables;
  }

  /** As OutboxTables.store(), and notes outside the file what it has. */
  store(batches: readonly ReportBatch[]): StoredBatches {
    const nowMicros = this.#options.clock.nowMicros();
    return this.use((tables) => {
      const stored = tables.store(batches, nowMicros);
      if (stored.range !== undefined) this.#noteStored(stored.range.last);
      return stored;
    });
  }

  /**
   * Does `work`, and again on a new file when this one turns out to be damaged. A file whose disk
   * fails is used no more: the next call begins a new one.
   */
  use<T>(work: (tables: OutboxTables) => T): T {
    try {
      return work(this.#present());
    } catch (error) {
      if (isDiskFailure(error)) this.#noteFailure();
      if (!isCorruption(error)) throw error;
      return work(this.#replaceDamaged(error.message));
    }
  }

  /** Repeating it is harmless. */
  close(): void {
    try {
      const { record } = this.#lock;
      // First, so that a kill in between leaves no open outbox without a log.
      if (this.#tables && record?.isOpen) this.#lock.note({ ...record, isOpen: false });
      // Of a file that was removed, SQLite would remove the log by its name, which is another's now.
      const isInPlace = this.#tables && !record?.isFailing && this.#isInPlace();
      if (isInPlace) this.#tables?.database.closeAsOneFile();
      else this.#tables?.close();
    } finally {
      this.#tables = undefined;
      this.#lock[Symbol.dispose]();
    }
  }

  /** Checked on each use, since SQLite goes on writing into a file that was removed. */
  #present(): OutboxTables {
    const { path } = this.#options;
    const tables = this.#tables ?? this.#open();
    if (!isAt(lockPathOf(path), this.#lock.identity)) this.#lockAgain(tables);
    if (this.#lock.record?.isFailing) return this.#replace(tables, "failing");
    return this.#isInPlace() ? tables : this.#replace(tables, "replaced");
  }

  #isInPlace(): boolean {
    return isAt(this.#options.path, this.#identity!);
  }

  #open({ idsAfter = 0, isReported = false } = {}): OutboxTables {
    const { path } = this.#options;
    const isKnown = (this.#lock.record?.sequence ?? 0) > 0;
    const before = { isThere: isThere(path, { isEmptyToo: isKnown }), hasLog: hasLog(path) };
    const database = OutboxDatabase.open(path, { idsAfter, isNew: !before.isThere });
    try {
      this.#beginProducer(database, before, isReported);
      this.#tables = new OutboxTables(database, this.#options);
      this.#identity = Deno.statSync(path);
      return this.#tables;
    } catch (error) {
      database[Symbol.dispose]();
      throw error;
    }
  }

  /** Goes on as the file's producer if it is the file that was left, and else begins a new one. */
  #beginProducer(
    database: OutboxDatabase,
    before: { readonly isThere: boolean; readonly hasLog: boolean },
    isReported: boolean,
  ): void {
    const { path, clock, runId } = this.#options;
    const left = this.#lock.record;
    const { producerId, sequence } = database.state();
    const place = placeOf(path);
    const found = { producerId, sequence, hasLog: before.hasLog, place, runId };
    const difference = before.isThere ? differenceFrom(left, found) : undefined;
    const isGone = !before.isThere && left !== undefined && left.sequence > 0;
    if (difference !== undefined || isGone) {
      if (!isReported) this.#reportDifference(database, left, difference);
      startOver(database, { lost: lostRun(left, found), nowMicros: clock.nowMicros() });
    } else if (before.isThere) {
      // A power cut may have undone what was noted since it was opened.
      return this.#lock.note({ ...left!, sequence, runId }, { durable: false });
    }
    this.#noteProducer(database.state().producerId);
  }

  #reportDifference(
    database: OutboxDatabase,
    left: OutboxRecord | undefined,
    difference: string | undefined,
  ): void {
    const { path, telemetry } = this.#options;
    const { producerId, sequence, reportCount, gapCount } = database.state();
    // A file that was made, but never used, is no loss, whatever has become of its lock.
    if (left === undefined && sequence === 0 && reportCount + gapCount === 0) return;
    if (difference === undefined) {
      return this.#reportReset(
        `outbox "${path}" is gone, after its producer ${left!.producerId} had stored ` +
          `${left!.sequence} reports; starting a new one: those that were not sent are lost`,
      );
    }
    const isKnown = left?.producerId === producerId;
    const lost = isKnown ? Math.max(0, left.sequence - sequence) : undefined;
    if (lost !== undefined) telemetry.count(LOST, LOST_WITH_OUTBOX, lost);
    this.#reportReset(
      `outbox "${path}" is not the one it was: ${difference}; keeping its unsent rows ` +
        `(${reportCount + gapCount}) and starting a new producer; reports that may be lost: ` +
        `${lost ?? "unknown"}`,
    );
  }

  #reportReset(detail: string, { isDamaged = false } = {}): void {
    const { telemetry, onReset } = this.#options;
    telemetry.count("sitemon_outbox_resets_total");
    log.error("{detail}", { detail });
    onReset?.({ detail, isDamaged });
  }

  /** Before a report is announced as stored. */
  #noteStored(sequence: number): void {
    const record = this.#lock.record!;
    // Without waiting for the disk: what is behind after a power cut is only less of a proof.
    this.#lock.note({ ...record, sequence, isOpen: true }, { durable: !record.isOpen });
  }

  #noteProducer(producerId: string): void {
    const { path, runId } = this.#options;
    this.#lock.note({ ...NEW_RECORD, producerId, place: placeOf(path), runId });
  }

  /** Also for the next process: what the disk did not take still looks as if it were there. */
  #noteFailure(): void {
    const { record } = this.#lock;
    if (this.#tables === undefined || record === undefined || record.isFailing) return;
    this.#lock.note({ ...record, isFailing: true }, { durable: false });
  }

  /** Without it another producer could own the path too. If one does, the unsent rows are lost. */
  #lockAgain({ database }: OutboxTables): void {
    const { path } = this.#options;
    try {
      const lock = new OutboxLock(path);
      lock.note(this.#lock.record!);
      this.#lock[Symbol.dispose]();
      this.#lock = lock;
    } catch (error) {
      if (error instanceof OutboxLockedError && !isAt(path, this.#identity!)) {
        const { reportCount, gapCount } = database.state();
        log.error(
          "outbox {path} was replaced while it was open, by one of another process; " +
            "unsent rows lost: {rows}",
          { path, rows: reportCount + gapCount },
        );
      }
      throw error;
    }
  }

  /** Throws {@linkcode OutboxRefusedError} for a file that never was an outbox. */
  #replaceDamaged(damage: string): OutboxTables {
    const { path, clock } = this.#options;
    const { record } = this.#lock;
    const isOwn = this.#tables !== undefined || hasMark(path) ||
      (record !== undefined && isSamePlace(record.place, placeOf(path)));
    if (!isOwn) {
      throw new OutboxRefusedError(
        `not an outbox: "${path}" is another program's file, or one without its lock file that is ` +
          `damaged (${damage}); change "outbox.path", or move the file away`,
      );
    }
    const idsAfter = this.#tables?.inFlight.lastId ?? 0;
    this.#tables?.close();
    this.#tables = undefined;
    const folder = quarantine(path, "corrupt", clock);
    this.#reportReset(
      `outbox "${path}" is damaged and was moved to "${folder}"; starting a new one: ${damage}`,
      { isDamaged: true },
    );
    return this.#open({ idsAfter, isReported: true });
  }

  /**
   * Copies the rows into a new file, and returns it. Those of a file that was removed, or whose disk failed, are still
   * there while it is open.
   */
  #replace(former: OutboxTables, reason: "replaced" | "failing"): OutboxTables {
    const { path, clock } = this.#options;
    const rows = rowsOf(former);
    if (reason === "replaced" && isThere(path) && !hasMark(path)) this.#giveWay(former, rows);
    const folder = quarantine(path, reason, clock);
    // Logged first: copying a million rows takes a while, and may fail on a full disk.
    if (this.#logLimit.allows(reason)) {
      log.error(
        reason === "replaced"
          ? "outbox {path} was removed or replaced while it was open; starting a new one with its " +
            "unsent rows ({rows}), and moving what is at its path to {folder}"
          : "the disk of outbox {path} failed, so the file is used no more; starting a new one with " +
            "its unsent rows ({rows}), and moving it to {folder}",
        { path, rows, folder },
      );
    }
    const { sequence } = this.#lock.record!;
    const { producerId, lostRows } = adoptRows(former, path, sequence);
    this.#tables = undefined;
    former.close();
    this.#noteProducer(producerId);
    const lost = lostRows === 0 ? "" : `; unsent rows that could not be read: ${lostRows}`;
    this.#reportReset(`outbox "${path}" has a new producer${lost}`);
    return this.#open({ isReported: true });
  }

  /** Another program's file is at the path: it stays there, and the rows go to a file beside it. */
  #giveWay(former: OutboxTables, rows: number): never {
    const { path, clock } = this.#options;
    const rescued = `${folderBeside(path, "rescued", clock)}/outbox.db`;
    const { producerId } = adoptRows(former, rescued, this.#lock.record!.sequence);
    using lock = new OutboxLock(rescued);
    lock.note({ ...NEW_RECORD, producerId, place: placeOf(rescued) });
    this.#tables = undefined;
    former.close();
    throw new OutboxRefusedError(
      `another program's file has taken the place of outbox "${path}"; its unsent rows (${rows}) ` +
        `are in "${rescued}": publish them with "sitemon outbox drain --path", and change ` +
        `"outbox.path", or move the file away`,
    );
  }
}

/**
 * How many rows wait. Throws an error that ends the process when not even that can be read: nothing
 * could be stored for good, and the next process has the disk's answer instead of this one's memory.
 */
function rowsOf({ database }: OutboxTables): number {
  try {
    const { reportCount, gapCount } = database.state();
    return reportCount + gapCount;
  } catch (error) {
    throw new Error("unreachable: the rows of an outbox whose disk failed", { cause: error });
  }
}

/** Sequences that were stored and may be lost, since the file which is found does not have them. */
function lostRun(
  left: OutboxRecord | undefined,
  { producerId, sequence }: FoundOutbox,
): LostRun | undefined {
  if (left === undefined || left.sequence === 0) return undefined;
  const first = left.producerId === producerId ? sequence + 1 : 1;
  return first > left.sequence ? undefined : { ...left, first, last: left.sequence };
}
