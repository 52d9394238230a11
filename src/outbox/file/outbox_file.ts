/**
 * The outbox's file, whatever happens to it: locked, opened, and begun anew when it turns out to be
 * damaged or was taken away while it was open.
 */
import type { Clock } from "../../runtime/clock.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import { MinuteLimit } from "../../runtime/telemetry/minute_limit.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { adoptRows } from "./adopt_rows.ts";
import { moveAside } from "./quarantine.ts";
import { type FileIdentity, isAt } from "./file_identity.ts";
import { CorruptOutboxError, OutboxDatabase, removeOutbox } from "./outbox_database.ts";
import { OutboxLockedError } from "../outbox_error.ts";
import type { OutboxLimitsOptions } from "./outbox_limits.ts";
import { lockOutbox, lockPathOf } from "./outbox_lock.ts";
import { OutboxTables } from "./outbox_tables.ts";
import { isCorruption } from "./storage_failure.ts";

export interface OutboxFileOptions {
  readonly path: string;
  readonly limits: OutboxLimitsOptions;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

const log = logger("outbox");

/** The owner of one path. Errors of SQLite and of the file system come as they are. */
export class OutboxFile {
  readonly #options: OutboxFileOptions;
  readonly #logLimit: MinuteLimit;
  #lock: Deno.FsFile;
  #tables: OutboxTables | undefined;
  #identity: FileIdentity | undefined;

  /** Takes the lock. Throws {@linkcode OutboxLockedError} when another owner has it. */
  constructor(options: OutboxFileOptions) {
    this.#options = options;
    this.#logLimit = new MinuteLimit(options.clock);
    this.#lock = lockOutbox(options.path);
  }

  /** The tables, when they are open. */
  get tables(): OutboxTables | undefined {
    return this.#tables;
  }

  /** Does `work`, once more on a new file when this one turns out to be damaged. */
  use<T>(work: (tables: OutboxTables) => T): T {
    try {
      return work(this.#present());
    } catch (error) {
      if (!isCorruption(error) && !(error instanceof CorruptOutboxError)) throw error;
      this.#tables?.close();
      this.#tables = undefined;
      this.#moveDamaged(error as Error);
      return work(this.#open());
    }
  }

  /** Repeating it is harmless. */
  close(): void {
    this.#tables?.close();
    this.#tables = undefined;
    this.#lock.close();
  }

  /** Looked at each time, as SQLite goes on writing into a file that no path leads to. */
  #present(): OutboxTables {
    const { path } = this.#options;
    if (this.#tables === undefined) return this.#open();
    if (!isAt(lockPathOf(path), this.#lock.statSync())) this.#lockAgain(this.#tables);
    return isAt(path, this.#identity!) ? this.#tables : this.#beginAnew(this.#tables);
  }

  #open(): OutboxTables {
    const { path, limits } = this.#options;
    const database = OutboxDatabase.open(path);
    try {
      this.#tables = new OutboxTables(database, limits);
      this.#identity = Deno.statSync(path);
      return this.#tables;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Else another producer could own the path as well. When one does, what waits here is lost. */
  #lockAgain({ database }: OutboxTables): void {
    const { path } = this.#options;
    try {
      const lock = lockOutbox(path);
      this.#lock.close();
      this.#lock = lock;
    } catch (error) {
      if (error instanceof OutboxLockedError && !isAt(path, this.#identity!)) {
        const { reportCount, gapCount } = database.state();
        log.error(
          "The outbox {path} was taken away while it was open, and another process has its place: " +
            "{rows} rows that waited are lost",
          { path, rows: reportCount + gapCount },
        );
      }
      throw error;
    }
  }

  /** What waited in the file is still there for who has it open, and goes into the new one. */
  #beginAnew(former: OutboxTables): OutboxTables {
    const { path, clock, telemetry } = this.#options;
    const folder = moveAside(path, "replaced", clock);
    const { reportCount, gapCount } = former.database.state();
    // Said first: taking over a million rows takes a while, and may fail for a full disk.
    if (this.#logLimit.allows("taken_away")) {
      log.error(
        "The outbox {path} was taken away while it was open; a new one begins with the {rows} rows " +
          "that waited, and what lay in its place was moved to {folder}",
        { path, rows: reportCount + gapCount, folder },
      );
    }
    this.#adopt(former);
    former.close();
    telemetry.count("sitemon_outbox_resets_total");
    return this.#open();
  }

  /** A file that could not take all rows over is removed. */
  #adopt(former: OutboxTables): void {
    const { path } = this.#options;
    const database = OutboxDatabase.open(path);
    try {
      adoptRows(former.database, database);
    } catch (error) {
      removeOutbox(path);
      throw error;
    } finally {
      database.close();
    }
  }

  #moveDamaged(error: Error): void {
    const { path, clock, telemetry } = this.#options;
    const folder = moveAside(path, "corrupt", clock);
    telemetry.count("sitemon_outbox_resets_total");
    log.error(
      "The outbox {path} is damaged and was moved to {folder}; a new one begins: {detail}",
      { path, folder, detail: error.message },
    );
  }
}
