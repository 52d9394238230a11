/**
 * The outbox's file: locked, opened, and replaced by a new one when it is damaged, or was removed
 * or replaced while it was open.
 */
import { basename } from "node:path";
import type { Clock } from "../../runtime/clock.ts";
import { logger, MinuteLimit } from "../../runtime/telemetry/logging.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { OutboxLockedError } from "../outbox_error.ts";
import { forEachFile, OutboxDatabase, removeOutbox } from "./outbox_database.ts";
import type { OutboxLimitsOptions } from "./outbox_limits.ts";
import { lockOutbox, lockPathOf } from "./outbox_lock.ts";
import { OutboxTables } from "./outbox_tables.ts";
import { eachRow } from "./read_outbox.ts";
import { isCorruption } from "./storage_failure.ts";

export interface OutboxFileOptions extends OutboxLimitsOptions {
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

  /** Does `work`, and again on a new file when this one turns out to be damaged. */
  use<T>(work: (tables: OutboxTables) => T): T {
    try {
      return work(this.#present());
    } catch (error) {
      if (!isCorruption(error)) throw error;
      this.#tables?.close();
      this.#tables = undefined;
      const { path, clock, telemetry } = this.#options;
      const folder = quarantine(path, "corrupt", clock);
      telemetry.count("sitemon_outbox_resets_total");
      log.error(
        "outbox {path} is damaged and was moved to {folder}; starting a new one: {detail}",
        { path, folder, detail: error.message },
      );
      return work(this.#open());
    }
  }

  /** Repeating it is harmless. */
  close(): void {
    this.#tables?.close();
    this.#tables = undefined;
    this.#lock.close();
  }

  /** Checked on each use, since SQLite goes on writing into a file that was removed. */
  #present(): OutboxTables {
    const { path } = this.#options;
    if (this.#tables === undefined) return this.#open();
    if (!isAt(lockPathOf(path), this.#lock.statSync())) this.#lockAgain(this.#tables);
    return isAt(path, this.#identity!) ? this.#tables : this.#replace(this.#tables);
  }

  #open(): OutboxTables {
    const { path } = this.#options;
    const database = OutboxDatabase.open(path);
    try {
      this.#tables = new OutboxTables(database, this.#options);
      this.#identity = Deno.statSync(path);
      return this.#tables;
    } catch (error) {
      database[Symbol.dispose]();
      throw error;
    }
  }

  /** Without it another producer could own the path too. If one does, the unsent rows are lost. */
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
          "outbox {path} was replaced while it was open, by one of another process; " +
            "unsent rows lost: {rows}",
          { path, rows: reportCount + gapCount },
        );
      }
      throw error;
    }
  }

  /** The rows of a removed file are still there while it is open, and are copied into a new one. */
  #replace(former: OutboxTables): OutboxTables {
    const { path, clock, telemetry } = this.#options;
    const folder = quarantine(path, "replaced", clock);
    const { reportCount, gapCount } = former.database.state();
    // Logged first: copying a million rows takes a while, and may fail on a full disk.
    if (this.#logLimit.allows("replaced")) {
      log.error(
        "outbox {path} was removed or replaced while it was open; starting a new one with its unsent " +
          "rows ({rows}), and moving what is at its path to {folder}",
        { path, rows: reportCount + gapCount, folder },
      );
    }
    adoptRows(former.database, path);
    former.close();
    telemetry.count("sitemon_outbox_resets_total");
    return this.#open();
  }
}

/** Device and inode; a file that takes another one's place has others. */
type FileIdentity = Pick<Deno.FileInfo, "dev" | "ino">;

/** True when the file at `path` is that one; false when it was removed or replaced. */
function isAt(path: string, { dev, ino }: FileIdentity): boolean {
  try {
    const found = Deno.statSync(path);
    return found.dev === dev && found.ino === ino;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const COLUMNS = "kind, key, producer_id, sequence, recorded_at, payload";

/**
 * Copies rows and dead letters of an outbox into a new one, or makes none. They keep producer and
 * sequence. As rows of a former producer they have no `is_newest`: no limit drops them, since only
 * their own producer could announce that.
 */
function adoptRows(from: OutboxDatabase, path: string): void {
  using to = OutboxDatabase.open(path);
  try {
    to.transaction((state) => {
      const { reportCount, gapCount, recordedAt } = from.state();
      copy(from, to, "outbox_row", COLUMNS);
      copy(from, to, "dead_letter", `reason, ${COLUMNS}`);
      state.reportCount += reportCount;
      state.gapCount += gapCount;
      state.recordedAt = Math.max(state.recordedAt, recordedAt);
    });
  } catch (error) {
    removeOutbox(path);
    throw error;
  }
}

/** Through memory: a thread whose permissions are limited may not attach a second file. */
function copy(from: OutboxDatabase, to: OutboxDatabase, table: string, columns: string): void {
  const values = columns.split(",").map(() => "?").join(", ");
  const write = to.sql.prepare(`INSERT INTO ${table} (${columns}) VALUES (${values})`);
  for (const { id: _, ...row } of eachRow(from.sql, table, columns)) {
    write.run(...Object.values(row));
  }
}

/** Moves a file with what belongs to it into a new folder beside it, and returns that folder. */
function quarantine(path: string, reason: "corrupt" | "replaced", clock: Clock): string {
  const timestamp = new Date(clock.nowMicros() / 1_000).toISOString().replaceAll(":", "");
  const folder = makeFolder(`${path}.${reason}-${timestamp}`);
  let moved = 0;
  forEachFile(path, (file) => {
    Deno.renameSync(file, `${folder}/${basename(file)}`);
    moved++;
  });
  // Repeated attempts must not leave a folder each.
  if (moved === 0) Deno.removeSync(folder);
  return folder;
}

/** Two may be made within a millisecond, or while the clock is set back. */
function makeFolder(wanted: string): string {
  for (let copy = 1;; copy++) {
    const folder = copy === 1 ? wanted : `${wanted}-${copy}`;
    try {
      Deno.mkdirSync(folder, { mode: 0o700 });
      return folder;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}
