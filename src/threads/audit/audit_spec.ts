/** A thread for `sitemon audit`. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { statusStore } from "../../config/permissions/needs.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import { storeAddress } from "../connections.ts";
import { threadSpec } from "../daemon_thread.ts";
import type { AuditSetup } from "./audit_thread.ts";

/** Compares what producers stored with what the store of the status has. */
export function auditSpec(
  loaded: LoadedConfig,
  since: Pick<AuditSetup, "sinceMicros">,
): ThreadSpec<AuditSetup> {
  return threadSpec(loaded, {
    name: "audit",
    module: new URL("./audit_thread.ts", import.meta.url),
    needs: [statusStore(loaded)],
    setup: { store: storeAddress(loaded), ...since },
  });
}
