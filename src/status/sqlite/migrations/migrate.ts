/** Brings a file of the SQLite store to the newest version of its tables. */
import type { DatabaseSync } from "node:sqlite";
import { StoreConfigurationError } from "../../store.ts";
import { transaction } from "../store_file.ts";
import { MIGRATIONS } from "./migrations.ts";

/** Runs the steps that are missing, in one transaction; a second process waits for it. */
export function migrate(db: DatabaseSync): void {
  transaction(db, () => {
    const version = db.prepare("PRAGMA user_version").get()!.user_version as number;
    if (version > MIGRATIONS.length) {
      throw new StoreConfigurationError(
        `the status database is at version ${version}, but this sitemon supports up to ` +
          `${MIGRATIONS.length}; upgrade sitemon`,
      );
    }
    for (const step of MIGRATIONS.slice(version)) db.exec(step);
    db.prepare(`PRAGMA user_version = ${MIGRATIONS.length}`).run();
  });
}
