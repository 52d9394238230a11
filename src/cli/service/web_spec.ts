/** What the thread of the status page is made of. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { threadPermissions, webConfig } from "../../config/permissions/thread_permissions.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import type { StoreAddress } from "../../status/open_store.ts";
import type { WebSetup } from "../../threads/web/web_thread.ts";
import { storeAddress } from "./connections.ts";

/** Reads the given store, whichever others the configuration names. */
export function webSpec(loaded: LoadedConfig, kind?: StoreAddress["kind"]): ThreadSpec<WebSetup> {
  const store = storeAddress(loaded, kind);
  const { listen, title, basic_auth } = webConfig(loaded);
  return {
    name: "web",
    module: new URL("../../threads/web/web_thread.ts", import.meta.url),
    permissions: threadPermissions(`web_${store.kind}`, loaded),
    logLevels: { level: loaded.config.log.level, levels: loaded.config.log.levels },
    setup: {
      store,
      listen,
      // Who did not ask for a page does not go without checks for its sake.
      isRequired: loaded.config.web !== undefined,
      title,
      ...(basic_auth === undefined ? {} : { basicAuth: basic_auth }),
    },
  };
}
