/** The store thread of `sitemon run`: it uses the folder of the status, and connects to nothing. */
import { statusStore } from "../../config/permissions/needs.ts";
import { type IngestSetup, ingestSetup } from "../connections.ts";
import type { DaemonThread } from "../daemon_thread.ts";

export const STORE_SPEC = {
  name: "store",
  module: new URL("./store_thread.ts", import.meta.url),
  runsIn: (role) => role === "run",
  needs: (loaded) => [statusStore(loaded, "sqlite")],
  loadsLater: true,
  linkedTo: ["outbox"],
  stopsIn: "deliver",
  instances: (loaded) => [{ name: "store", setup: ingestSetup(loaded, "sqlite") }],
} satisfies DaemonThread<IngestSetup>;
