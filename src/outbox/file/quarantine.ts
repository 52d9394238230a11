/** Takes an outbox out of the way, whole, for `outbox export` and for whoever investigates. */
import type { Clock } from "../../runtime/clock.ts";

/** Parts of a SQLite database: without its -wal the file is another one. */
const SUFFIXES = ["", "-wal", "-shm"] as const;

/** Why a file is moved; the folder's name says it. */
export type AsideReason = "corrupt" | "replaced";

/** Moves the file with what belongs to it into a new folder beside it, and returns that folder. */
export function moveAside(path: string, reason: AsideReason, clock: Clock): string {
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
  // Whoever tries again and again must not leave a folder each time.
  if (moved === 0) Deno.removeSync(folder);
  return folder;
}

/** A file may break twice within a millisecond, or a clock stand still. */
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
