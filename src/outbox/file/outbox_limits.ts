/** Keeps an outbox within its limits, by the policy that was chosen for a full one. */
import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { StatementSync } from "node:sqlite";
import type { Clock } from "../../runtime/clock.ts";
import { OutboxFullError } from "../outbox_error.ts";
import type { GapReason, GapRows } from "./gap_rows.ts";
import { type OutboxDatabase, type ProducerState, WAL_BYTES } from "./outbox_database.ts";

/** What happens to a report that finds the outbox at a limit. */
export type WhenFull = "coalesce" | "drop_oldest" | "pause";

export interface OutboxLimitsOptions {
  readonly path: string;
  readonly clock: Clock;
  /** Reports that wait. Gaps are not counted: there is at most one more of them than reports. */
  readonly rowsMax: number;
  /** Bytes of the file in use. */
  readonly bytesMax: number;
  /** Below this the file may not grow. */
  readonly freeBytesMin: number;
  /** Bytes that the disk has left; by default it is asked. */
  readonly freeBytes?: () => number;
  readonly whenFull: WhenFull;
  /** Space of the disk that the log takes; {@linkcode WAL_BYTES} by default. */
  readonly logBytes?: number;
}

/** What was dropped to make room. */
export interface Dropped {
  readonly count: number;
  readonly reason: GapReason;
}

/**
 * A file may always have this much, and has it from the start: without it, a disk that others have
 * filled would stop the relay, and take no new reports when it has sent the old ones.
 */
export const FILE_BYTES_MIN = 1024 * 1024;

/** No disk that is worth watching fills up within a second of what sitemon stores. */
const ASK_EVERY_MS = 1_000;

/**
 * The rows that coalescing may drop: no site's newest one; ordinary ones before edges, oldest first.
 * Those up to the last id in flight are about to be deleted anyway. Rows without `is_newest` are
 * never dropped: gaps, reports of another file, and replayed ones, whose sequences were announced.
 */
const COALESCED =
  "SELECT id FROM outbox_row WHERE is_newest = 0 AND id > ? ORDER BY is_edge, id LIMIT ?";
const OLDEST =
  "SELECT id FROM outbox_row WHERE is_newest IS NOT NULL AND id > ? ORDER BY id LIMIT ?";

export class OutboxLimits {
  readonly #options: OutboxLimitsOptions;
  readonly #freeBytes: () => number;
  readonly #logBytes: number;
  readonly #database: OutboxDatabase;
  readonly #gaps: GapRows;
  readonly #reason: GapReason;
  readonly #drop: StatementSync;
  #fileBytesWhenLow: number | undefined;
  /** Whether file and log have their space of the disk. */
  #hasLog = false;

  constructor(database: OutboxDatabase, gaps: GapRows, options: OutboxLimitsOptions) {
    this.#options = options;
    this.#freeBytes = options.freeBytes ?? freeBytesOf(options.path, options.clock);
    this.#logBytes = options.logBytes ?? WAL_BYTES;
    this.#database = database;
    this.#gaps = gaps;
    this.#reason = options.whenFull === "coalesce" ? "coalesced" : "dropped_oldest";
    const victims = options.whenFull === "coalesce" ? COALESCED : OLDEST;
    this.#drop = database.sql.prepare(
      `DELETE FROM outbox_row WHERE id IN (${victims}) RETURNING sequence`,
    );
    this.#reserve();
  }

  /**
   * How many bytes may be in use after a transaction that begins now: on a disk that is nearly full,
   * those that the file had when it became so. What is in the log must fit into the file, so that the
   * log has room to delete rows: throws SQLite's error of a full disk when it does not.
   */
  bytesMax(): number {
    const { bytesMax, freeBytesMin } = this.#options;
    const freeBytes = this.#freeBytes();
    this.#database.growFile({ isLow: freeBytes < Math.max(freeBytesMin, this.#logBytes) });
    this.#reserve();
    if (freeBytes >= freeBytesMin) this.#fileBytesWhenLow = undefined;
    else this.#fileBytesWhenLow ??= Math.max(this.#database.fileBytes, FILE_BYTES_MIN);
    return Math.min(bytesMax, this.#fileBytesWhenLow ?? bytesMax);
  }

  /**
   * Drops rows until what the transaction has written fits, and announces them as gaps.
   *
   * Throws {@linkcode OutboxFullError} when the policy allows no more, so that it is rolled back.
   */
  enforce(state: ProducerState, bytesMax: number, lastInFlight: number): Dropped {
    let count = 0;
    for (;;) {
      const excess = this.#excess(state, bytesMax);
      if (excess <= 0) return { count, reason: this.#reason };
      const isPaused = this.#options.whenFull === "pause";
      const dropped = isPaused ? [] : this.#drop.all(lastInFlight, excess);
      if (dropped.length === 0) throw this.#full(bytesMax);
      state.reportCount -= dropped.length;
      count += dropped.length;
      this.#gaps.add(dropped.map((row) => row.sequence as number), this.#reason, state);
    }
  }

  /** Where there is room for it, once. */
  #reserve(): void {
    if (this.#hasLog) return;
    const roomBytes = this.#freeBytes() - this.#logBytes;
    if (roomBytes < 0) return;
    // The file's new pages pass through the log.
    if (roomBytes >= 4 * FILE_BYTES_MIN) this.#database.reserveFile(FILE_BYTES_MIN);
    this.#hasLog = this.#database.reserveLog(this.#logBytes);
  }

  /** Rows too many: exactly by the limit of rows, by the average row's size for the one of bytes. */
  #excess(state: ProducerState, bytesMax: number): number {
    const rows = state.reportCount + state.gapCount;
    const bytes = this.#database.bytesInUse;
    const byBytes = Math.ceil((bytes - bytesMax) / (bytes / Math.max(rows, 1)));
    return Math.max(state.reportCount - this.#options.rowsMax, byBytes);
  }

  #full(bytesMax: number): OutboxFullError {
    const { rowsMax, whenFull } = this.#options;
    return new OutboxFullError(
      `outbox full: it holds at most ${rowsMax} reports and ${bytesMax} bytes, and ` +
        `"when_full: ${whenFull}" drops no more; check that the receiver is reachable, or raise ` +
        `"outbox.max_rows" or "outbox.max_bytes", or free up disk space`,
    );
  }
}

/** Asks the disk of `path` at most once a second: bytes that are left for this user. */
export function freeBytesOf(path: string, clock: Clock): () => number {
  let askedMs = -Infinity;
  let bytes = 0;
  return () => {
    const nowMs = clock.monotonicMs();
    if (nowMs - askedMs >= ASK_EVERY_MS) {
      askedMs = nowMs;
      const disk = statfsSync(dirname(path));
      bytes = disk.bavail * disk.bsize;
    }
    return bytes;
  };
}
