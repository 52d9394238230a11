/** A thread for `sitemon status`. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { statusStore } from "../../config/permissions/needs.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import { storeAddress } from "../connections.ts";
import { threadSpec } from "../daemon_thread.ts";
import type { StatusesSetup } from "./statuses_thread.ts";

/** Answers with every site's status, or one's story, from the store that the configuration names. */
export function statusesSpec(loaded: LoadedConfig, site?: string): ThreadSpec<StatusesSetup> {
  return threadSpec(loaded, {
    name: "statuses",
    module: new URL("./statuses_thread.ts", import.meta.url),
    needs: [statusStore(loaded)],
    setup: { store: storeAddress(loaded), ...(site === undefined ? {} : { site }) },
  });
}
