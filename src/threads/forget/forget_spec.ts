/** A thread for `sitemon forget`. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { statusStore } from "../../config/permissions/needs.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import { storeAddress } from "../connections.ts";
import { threadSpec } from "../daemon_thread.ts";
import type { ForgetSetup } from "./forget_thread.ts";

/** Marks a site as removed and answers with the locations at which it was not yet. */
export function forgetSpec(
  loaded: LoadedConfig,
  what: Pick<ForgetSetup, "site" | "location">,
): ThreadSpec<ForgetSetup> {
  return threadSpec(loaded, {
    name: "forget",
    module: new URL("./forget_thread.ts", import.meta.url),
    needs: [statusStore(loaded)],
    setup: { ...what, store: storeAddress(loaded) },
  });
}
