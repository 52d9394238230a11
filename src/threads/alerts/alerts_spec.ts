/** The thread of alerts: it decides from the store, and tells the receivers of the channels. */
import { receivers, statusStore, storeKind } from "../../config/permissions/needs.ts";
import { channelSetup, section, storeAddress } from "../connections.ts";
import type { DaemonThread } from "../daemon_thread.ts";
import type { AlertsSetup } from "./alerts_thread.ts";

export const ALERTS_SPEC = {
  name: "alerts",
  module: new URL("./alerts_thread.ts", import.meta.url),
  runsIn: (role, { alerts }) => (role === "run" || role === "consumer") && alerts !== undefined,
  needs: (loaded, role) => [
    statusStore(loaded, storeKind(loaded, role)),
    receivers(section(loaded.alerts, "alerts")),
  ],
  // Before the store, which closes the SQLite file last. What is pending stays in it.
  stopsIn: "check",
  instances: (loaded, { role }) => [{
    name: "alerts",
    setup: {
      store: storeAddress(loaded, storeKind(loaded, role)),
      alerts: section(loaded.alerts, "alerts"),
      ...channelSetup(loaded),
    },
  }],
} satisfies DaemonThread<AlertsSetup>;
