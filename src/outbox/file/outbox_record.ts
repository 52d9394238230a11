/**
 * What is written down of an outbox outside its SQLite file, in the lock file: with it, an owner
 * notices a file that is not the one it was: older, without its log, or copied.
 */
import { createHash } from "node:crypto";
import { logPathOf } from "./outbox_database.ts";

/** The state in which an owner left a file. */
export interface OutboxRecord {
  readonly producerId: string;
  /** The last sequence that was stored. */
  readonly sequence: number;
  /** True from the first commit of an owner until it has closed the file. */
  readonly isOpen: boolean;
  /** True when its disk did not take a write: what it says from then on is not to be believed. */
  readonly isFailing: boolean;
  readonly place: Place;
  /** Of the process that had it last, whose threads may end without closing it. */
  readonly runId?: string | undefined;
}

/** Where a file is: a copy of it is elsewhere. */
interface Place {
  /** A hash of the machine's id, which is confidential; `null` when it has none. */
  readonly machine: string | null;
  readonly inode: number | null;
  /** In milliseconds since 1970: an inode's number may be given again. */
  readonly born: number | null;
  /** Compared where the file system knows no time of birth: many disks have another at each start. */
  readonly device: number;
}

/** A file as it is found by its next owner. */
export interface FoundOutbox {
  readonly producerId: string;
  readonly sequence: number;
  /** Whether its write-ahead log was there before it was opened. */
  readonly hasLog: boolean;
  readonly runId?: string | undefined;
  readonly place: Place;
}

/** Why a file is not the one that was left, or `undefined`. */
export function differenceFrom(
  record: OutboxRecord | undefined,
  { producerId, sequence, hasLog, place, runId }: FoundOutbox,
): string | undefined {
  if (record === undefined) return "its lock file does not say how it was left";
  if (record.producerId !== producerId) return `it was of producer ${record.producerId}`;
  const left = record.place;
  const isElsewhere = left.machine !== null && place.machine !== null &&
    left.machine !== place.machine;
  if (isElsewhere) return "it was used on another machine";
  if (!isSamePlace(left, place)) return "it is a copy";
  if (sequence < record.sequence) {
    return `it ends at sequence ${sequence}, but ${record.sequence} was stored`;
  }
  // SQLite has closed the file of a thread that ended; no power cut has undone what it noted.
  const isOfThisRun = runId !== undefined && runId === record.runId;
  return record.isOpen && !hasLog && !isOfThisRun ? "its -wal file is gone" : undefined;
}

/** True of a file that is the same on its disk; a copy is another one, whatever its content. */
export function isSamePlace(left: Place, found: Place): boolean {
  return left.inode === found.inode && left.born === found.born &&
    (left.born !== null || left.device === found.device);
}

export function placeOf(path: string): Place {
  const { ino, birthtime, dev } = Deno.statSync(path);
  return { machine: machine(), inode: ino, born: birthtime?.getTime() ?? null, device: dev };
}

export function hasLog(path: string): boolean {
  return isThere(logPathOf(path));
}

/** Whether there is a file, empty ones only if so asked. */
export function isThere(path: string, { isEmptyToo = true } = {}): boolean {
  try {
    return Deno.statSync(path).size > 0 || isEmptyToo;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Device and inode; a file that takes another one's place has others. */
export type FileIdentity = Pick<Deno.FileInfo, "dev" | "ino">;

/** True when the file at `path` is that one; false when it was removed or replaced. */
export function isAt(path: string, { dev, ino }: FileIdentity): boolean {
  try {
    const found = Deno.statSync(path);
    return found.dev === dev && found.ino === ino;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Only Linux has the file, and not in every container. */
export const MACHINE_ID_PATH = "/etc/machine-id";

/** @see https://www.freedesktop.org/software/systemd/man/latest/machine-id.html */
function machine(): string | null {
  try {
    const id = Deno.readTextFileSync(MACHINE_ID_PATH).trim();
    return createHash("sha256").update(`sitemon outbox ${id}`).digest("hex").slice(0, 32);
  } catch {
    return null;
  }
}
