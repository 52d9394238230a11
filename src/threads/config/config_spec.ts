/** A thread that loads a daemon's configuration and ends: what that takes of memory ends with it. */
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";
import type { ConfigSetup } from "./config_thread.ts";

/** It answers with one `ConfigAnswer`. */
export function configSpec(setup: ConfigSetup): ThreadSpec<ConfigSetup> {
  return {
    name: "config",
    module: new URL("./config_thread.ts", import.meta.url).href,
    // What the process may read, and nothing else: no file says beforehand which ones it names.
    permissions: {
      ...{ read: "inherit", env: "inherit", sys: "inherit" },
      ...{ net: false, write: false, run: false, ffi: false, import: false },
    },
    setup,
    logLevels: { level: "info" },
  };
}
