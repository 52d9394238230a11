/** A thread for `sitemon migrate`. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { database } from "../../config/permissions/needs.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import { storeAddress } from "../connections.ts";
import { threadSpec } from "../daemon_thread.ts";
import type { MigrationSetup } from "./migration_thread.ts";

/** Brings PostgreSQL's tables to this version's and answers when they are. */
export function migrationSpec(loaded: LoadedConfig): ThreadSpec<MigrationSetup> {
  return threadSpec(loaded, {
    name: "migration",
    module: new URL("./migration_thread.ts", import.meta.url),
    needs: [database(loaded)],
    setup: { store: storeAddress(loaded, "postgres") },
  });
}
