/** Moves an outbox aside, as it is, so that it can be examined and its rows recovered. */
import type { Clock } from "../../runtime/clock.ts";

/** Parts of a SQLite database: without its -wal the file is another one. */
const SUFFIXES = ["", "-wal", "-shm"] as const;

/** Why a file is moved; the folder's name says it. */
export type QuarantineReason = "corrupt" | "replaced";

/** Moves the file with what belongs to it into a new folder beside it, and returns that folder. */
export function quarantine(path: string, reason: QuarantineReason, clock: Clock): string {
  const folder = makeFolder(`${path}.${reason}-${timestamp(clock)}`);
  const name = path.slice(path.lastIndexOf("/") + 1);
  let moved = 0;
  for (const suffix of SUFFIXES) {
    try {
      Deno.renameSync(`${path}${suffix}`, `${folder}/${name}${suffix}`);
      moved++;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
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

function timestamp(clock: Clock): string {
  return new Date(clock.nowMicros() / 1_000).toISOString().replaceAll(":", "");
}
