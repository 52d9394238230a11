/**
 * The store thread of `sitemon run`: it uses the folders of outbox and status, and connects to
 * nothing. One thread for both files, because neither may do anything that the other may not.
 */
import { statusStore } from "../../config/permissions/needs.ts";
import { ingestSetup } from "../connections.ts";
import type { DaemonThread } from "../daemon_thread.ts";
import { OUTBOX_SPEC, outboxSetup } from "../outbox/outbox_spec.ts";
import type { StoreSetup } from "./store_thread.ts";

export const STORE_SPEC = {
  name: "store",
  module: new URL("./store_thread.ts", import.meta.url),
  runsIn: (role) => role === "run",
  needs: (loaded) => [...OUTBOX_SPEC.needs(loaded), statusStore(loaded, "sqlite")],
  loadsLater: true,
  stopsIn: "deliver",
  instances: (loaded, { runId }) => [{
    name: "store",
    setup: { ...ingestSetup(loaded, "sqlite"), outbox: outboxSetup(loaded, runId) },
  }],
} satisfies DaemonThread<StoreSetup>;
