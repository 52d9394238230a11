/** What the notify thread is made of: it may use two sockets of the file system, and nothing else. */
import type { LogLevels } from "../../runtime/telemetry/logging.ts";
import type { NotifyAddress } from "../../runtime/service/notify_address.ts";
import type { NotifySocketOptions } from "../../runtime/service/notify_socket.ts";
import type { ThreadSpec } from "../../runtime/threads/supervised_thread.ts";

export function notifySpec(
  { own, to }: NotifyAddress,
  logLevels: LogLevels,
): ThreadSpec<NotifySocketOptions> {
  const paths = [own, to];
  return {
    name: "notify",
    module: new URL("../../threads/notify/notify_thread.ts", import.meta.url),
    permissions: {
      net: namesSockets(Deno.version.deno) ? paths.map((path) => `unix:${path}`) : false,
      read: paths,
      write: paths,
      env: false,
      sys: false,
      run: false,
      ffi: false,
      import: false,
    },
    setup: { own, to },
    logLevels,
  };
}

/** Before Deno 2.9 the net permission did not guard sockets of the file system, nor could it name them. */
function namesSockets(version: string): boolean {
  return !/^2\.[0-8]\./.test(version);
}
