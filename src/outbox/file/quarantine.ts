/** Moves a file that is not to be used aside, whole. */
import { basename } from "node:path";
import type { Clock } from "../../runtime/clock.ts";
import { forEachFile } from "./outbox_database.ts";

/** Moves a file with what belongs to it into a new folder beside it, and returns that folder. */
export function quarantine(
  path: string,
  reason: "corrupt" | "replaced" | "failing",
  clock: Clock,
): string {
  const folder = folderBeside(path, reason, clock);
  let moved = 0;
  forEachFile(path, (file) => {
    Deno.renameSync(file, `${folder}/${basename(file)}`);
    moved++;
  });
  // Repeated attempts must not leave a folder each.
  if (moved === 0) Deno.removeSync(folder);
  return folder;
}

/** Makes a folder that says of which file, why and when it was made. */
export function folderBeside(path: string, reason: string, clock: Clock): string {
  const timestamp = new Date(clock.nowMicros() / 1_000).toISOString().replaceAll(":", "");
  return makeFolder(`${path}.${reason}-${timestamp}`);
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
