/** The push thread: it listens, and connects to nothing. */
import type { LoadedConfig } from "../../config/loaded_config.ts";
import { listenAddress } from "../../config/permissions/needs.ts";
import type { PushSite } from "../../scanner/push/push_report.ts";
import type { PushWork } from "../../scanner/push/push_sites.ts";
import type { DaemonThread } from "../daemon_thread.ts";
import type { PushSetup } from "./push_thread.ts";

export const PUSH_SPEC = {
  name: "push",
  module: new URL("./push_thread.ts", import.meta.url),
  runsIn: (role, { sites }) =>
    (role === "producer" || role === "run") && sites.some(({ push }) => push !== undefined),
  listensOn: ({ push }) => push.listen,
  needs: ({ config }) => [listenAddress(config.push.listen)],
  linkedTo: ["outbox", "store"],
  stopsIn: "check",
  instances: (loaded, { descriptors }) => [{
    name: "push",
    setup: {
      listen: loaded.config.push.listen,
      ...(descriptors && { connectionsMax: descriptors.viewers }),
    },
    work: workOf(loaded),
  }],
} satisfies DaemonThread<PushSetup, PushWork>;

function workOf({ config, sites, secrets }: LoadedConfig): PushWork {
  return {
    sites: sites.filter((site): site is PushSite => site.push !== undefined),
    location: config.location,
    secrets,
    hasSiteMetrics: config.metrics.per_site,
  };
}
