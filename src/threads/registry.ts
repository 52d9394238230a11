/** The registry of the daemons' threads, in the order in which they start. A new one is a line here. */
import type { DaemonRole, LoadedConfig } from "../config/loaded_config.ts";
import { joined, type Permissions } from "../config/permissions/permissions.ts";
import type { Plan } from "../runtime/threads/thread_set.ts";
import { ALERTS_SPEC } from "./alerts/alerts_spec.ts";
import { CONSUMER_SPEC } from "./consumer/consumer_spec.ts";
import { type DaemonContext, type DaemonThread, specsOf, STOP_STAGES } from "./daemon_thread.ts";
import { OUTBOX_SPEC } from "./outbox/outbox_spec.ts";
import { PUSH_SPEC } from "./push/push_spec.ts";
import { RELAY_SPEC } from "./relay/relay_spec.ts";
import { SCANNER_SPEC } from "./scanner/scanner_spec.ts";
import { STORE_SPEC } from "./store/store_spec.ts";
import { WEB_SPEC } from "./web/web_spec.ts";

/**
 * Starting a thread takes the main thread some time, in which those before it begin to load: the
 * first check waits for a scanner, and nothing waits for the relay.
 */
export const DAEMON_THREADS: readonly DaemonThread[] = [
  SCANNER_SPEC,
  PUSH_SPEC,
  OUTBOX_SPEC,
  RELAY_SPEC,
  STORE_SPEC,
  CONSUMER_SPEC,
  WEB_SPEC,
  ALERTS_SPEC,
];

/** The threads of a daemon under a configuration, how they are linked, and in which order they stop. */
export function planOf(loaded: LoadedConfig, context: DaemonContext): Plan {
  const threads = threadsOf(loaded, context.role);
  return {
    threads: threads.flatMap((thread) => specsOf(thread, loaded, context)),
    links: threads.flatMap(({ name, linkedTo = [] }) => linkedTo.map((to) => [name, to] as const)),
    drain: Object.entries(STOP_STAGES).map(([stage, share]) => ({
      kinds: threads.filter(({ stopsIn }) => stopsIn === stage).map(({ name }) => name),
      share,
    })),
  };
}

/** What each thread of a daemon may do, by its name. */
export function daemonPermissions(
  loaded: LoadedConfig,
  role: DaemonRole,
): Readonly<Record<string, Permissions>> {
  return Object.fromEntries(
    threadsOf(loaded, role).map((thread) => [thread.name, joined(thread.needs(loaded, role))]),
  );
}

function threadsOf({ config }: LoadedConfig, role: DaemonRole): DaemonThread[] {
  return DAEMON_THREADS.filter((thread) => thread.runsIn(role, config));
}
