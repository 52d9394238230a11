/**
 * Where a service manager wants to be told how the service is, from the environment that it set.
 *
 * @see https://www.freedesktop.org/software/systemd/man/sd_notify.html
 */
import { logger } from "../telemetry/logging.ts";

/** The two ends of the way to a service manager. */
export interface NotifyAddress {
  /** Path of the manager's datagram socket. */
  readonly to: string;
  /** Path of this process's own socket: Deno sends from no other. */
  readonly own: string;
  /** The manager restarts a service that is silent for this long; absent when it does not watch. */
  readonly watchdogMs?: number;
}

export interface NotifyEnvironment {
  /** A variable, or undefined when it is not set or must not be read. */
  readonly env: (name: string) => string | undefined;
  readonly pid: number;
}

/** What the manager asked for; nothing when there is none, or none that can be reached. */
export function notifyAddress({ env, pid }: NotifyEnvironment): NotifyAddress | undefined {
  const to = env("NOTIFY_SOCKET");
  if (to === undefined || to === "") return undefined;
  if (!to.startsWith("/")) {
    // A name that begins with @ is abstract, and vsock: leads out of a virtual machine.
    logger("supervisor").warn(
      "Cannot notify the service manager as its socket must have a path: it is {to}; " +
        "set Type=exec in the unit, and no WatchdogSec",
      { to },
    );
    return undefined;
  }
  const watchdogMs = watchdog(env, pid);
  return { to, own: ownPath(env, pid), ...(watchdogMs === undefined ? {} : { watchdogMs }) };
}

/** In the unit's own folder, where nobody else can write; the process's number keeps two apart. */
function ownPath(env: NotifyEnvironment["env"], pid: number): string {
  const [runtime] = (env("RUNTIME_DIRECTORY") ?? "").split(":");
  return runtime ? `${runtime}/notify.sock` : `/tmp/sitemon-notify-${pid}.sock`;
}

function watchdog(env: NotifyEnvironment["env"], pid: number): number | undefined {
  const micros = Number(env("WATCHDOG_USEC"));
  const meant = env("WATCHDOG_PID") ?? String(pid);
  return micros > 0 && meant === String(pid) ? micros / 1_000 : undefined;
}
