/** The store thread of `sitemon run`: it may use the folder of the status, and talks to nobody. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { folderOf } from "../../config/permissions/needs.ts";
import type { DaemonThread } from "../daemon_thread.ts";
import type { StoreSetup } from "./store_thread.ts";

export const STORE_SPEC = {
  name: "store",
  module: new URL("./store_thread.ts", import.meta.url),
  runsIn: (role) => role === "run",
  needs: ({ config }) => [folderOf(config.store.path)],
  linkedTo: ["outbox"],
  stopsIn: "deliver",
  instances: (loaded) => [{ name: "store", setup: storeSetup(loaded) }],
} satisfies DaemonThread<StoreSetup>;

export function storeSetup({ config }: LoadedConfig): StoreSetup {
  return {
    path: config.store.path,
    keepMs: config.history.keep,
    isTraced: config.traces !== undefined,
  };
}
