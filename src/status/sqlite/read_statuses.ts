/** Reads the statuses from a file of the SQLite store beside the process that writes it. */
import { DatabaseSync } from "node:sqlite";
import type { SiteStatus } from "../store.ts";
import { selectStatuses } from "./statuses.ts";
import { storeFailure } from "./store_failure.ts";

/**
 * Every site's status, by site and location, as it looks at `nowMicros`.
 *
 * It needs to read the file, its `-wal` and its `-shm`, and to write nothing while those two are
 * there or neither is. After a crash of the writer that lost the `-shm` alone, SQLite must write in
 * the folder once to make it again. Throws {@linkcode StoreConfigurationError} when the file is
 * missing, not permitted or no store, and {@linkcode StoreUnavailableError} when it does not answer.
 */
export function readStatuses(path: string, nowMicros: number): readonly SiteStatus[] {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true });
    return selectStatuses(db, nowMicros);
  } catch (error) {
    throw storeFailure(error, path);
  } finally {
    db?.close();
  }
}
