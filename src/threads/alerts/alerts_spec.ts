/** The thread of alerts: it decides from the store, and tells the receivers of the channels. */
import { maintenancePlan } from "../../config/schema/alerts/maintenance_schema.ts";
import { receivers, statusStore, storeKind } from "../../config/permissions/needs.ts";
import { channelSetup, storeAddress } from "../connections.ts";
import type { DaemonThread } from "../daemon_thread.ts";
import type { AlertsSetup } from "./alerts_thread.ts";

export const ALERTS_SPEC = {
  name: "alerts",
  module: new URL("./alerts_thread.ts", import.meta.url),
  runsIn: (role, { alerts, maintenance }) =>
    (role === "run" || role === "consumer") && (alerts !== undefined || maintenance.length > 0),
  needs: (loaded, role) => [
    statusStore(loaded, storeKind(loaded, role)),
    loaded.alerts === undefined ? {} : receivers(loaded.alerts),
  ],
  loadsLater: true,
  // Before the store, which closes the SQLite file last. What is pending stays in it.
  stopsIn: "check",
  instances: (loaded, { role }) => [{
    name: "alerts",
    setup: {
      store: storeAddress(loaded, storeKind(loaded, role)),
      ...(loaded.alerts === undefined ? {} : { alerts: loaded.alerts }),
      maintenance: loaded.config.maintenance.map(maintenancePlan),
      ...channelSetup(loaded),
    },
  }],
} satisfies DaemonThread<AlertsSetup>;
