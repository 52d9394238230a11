/** The store thread of `sitemon run`: it uses the folder of the status, and connects to nothing. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { statusStore } from "../../config/permissions/needs.ts";
import { storeAddress } from "../connections.ts";
import type { DaemonThread } from "../daemon_thread.ts";
import type { StoreSetup } from "./store_thread.ts";

export const STORE_SPEC = {
  name: "store",
  module: new URL("./store_thread.ts", import.meta.url),
  runsIn: (role) => role === "run",
  needs: (loaded) => [statusStore(loaded, "sqlite")],
  linkedTo: ["outbox"],
  stopsIn: "deliver",
  instances: (loaded) => [{ name: "store", setup: storeSetup(loaded) }],
} satisfies DaemonThread<StoreSetup>;

function storeSetup(loaded: LoadedConfig): StoreSetup {
  return {
    store: storeAddress(loaded, "sqlite"),
    retentionMs: loaded.config.history.retention,
    isTraced: loaded.config.traces !== undefined,
  };
}
