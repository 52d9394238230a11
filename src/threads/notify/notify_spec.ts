/** The notify thread: it may use two sockets of the file system, and nothing else. */
import {
  joined,
  type Permissions,
  sockets,
  workerPermissions,
} from "../../config/permissions/permissions.ts";
import type { NotifyAddress, NotifySocketOptions } from "../../runtime/service/notify_socket.ts";
import type { LogLevels } from "../../runtime/telemetry/logging.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";

export function notifySpec(
  { own, to }: NotifyAddress,
  logLevels: LogLevels,
): ThreadSpec<NotifySocketOptions> {
  return {
    name: "notify",
    module: new URL("./notify_thread.ts", import.meta.url).href,
    permissions: workerPermissions(joined([notifyNeeds({ own, to })])),
    setup: { own, to },
    logLevels,
  };
}

export function notifyNeeds({ own, to }: NotifySocketOptions): Partial<Permissions> {
  return sockets([own, to]);
}
