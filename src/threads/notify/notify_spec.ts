/** The notify thread: it may use two sockets of the file system, and nothing else. */
import {
  joined,
  type Permissions,
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
    module: new URL("./notify_thread.ts", import.meta.url),
    permissions: workerPermissions(joined([notifyNeeds({ own, to })])),
    setup: { own, to },
    logLevels,
  };
}

export function notifyNeeds({ own, to }: NotifySocketOptions): Partial<Permissions> {
  const paths = [own, to];
  const net = namesSockets(Deno.version.deno) ? paths.map((path) => `unix:${path}`) : [];
  return { net, read: paths, write: paths };
}

/** Before Deno 2.9 the net permission neither guarded sockets of the file system nor could name them. */
function namesSockets(version: string): boolean {
  return !/^2\.[0-8]\./.test(version);
}
