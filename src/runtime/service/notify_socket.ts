/**
 * The datagram socket of a service manager: its address, from the environment that the manager set,
 * and the way to it, which only a Worker opens.
 *
 * @see https://www.freedesktop.org/software/systemd/man/sd_notify.html
 */
import { logger } from "../telemetry/logging.ts";

/** The two ends of the way to a service manager. */
export interface NotifySocketOptions {
  /** Path of the manager's datagram socket. */
  readonly to: string;
  /** Path of this process's own socket, which Deno needs for sending; removed at the end. */
  readonly own: string;
}

export interface NotifyAddress extends NotifySocketOptions {
  /** The manager restarts a service that is silent for this long; absent when it does not watch. */
  readonly watchdogMs?: number;
}

export interface NotifyEnvironment {
  /** A variable, or undefined when it is not set or must not be read. */
  readonly env: (name: string) => string | undefined;
  readonly pid: number;
}

/** Where the manager wants to be notified; undefined when there is none, or it cannot be reached. */
export function notifyAddress({ env, pid }: NotifyEnvironment): NotifyAddress | undefined {
  const to = env("NOTIFY_SOCKET");
  if (to === undefined || to === "") return undefined;
  if (!to.startsWith("/")) {
    // A name that begins with @ is abstract, and vsock: leads out of a virtual machine.
    logger("supervisor").warn(
      "not notifying the service manager: NOTIFY_SOCKET {to} is not a path; " +
        "set Type=exec in the unit, without WatchdogSec",
      { to },
    );
    return undefined;
  }
  const watchdogMs = watchdog(env, pid);
  return { to, own: ownPath(env, pid), ...(watchdogMs === undefined ? {} : { watchdogMs }) };
}

/** In the unit's own folder, where no one else can write; the process's number keeps two apart. */
function ownPath(env: NotifyEnvironment["env"], pid: number): string {
  const [runtime] = (env("RUNTIME_DIRECTORY") ?? "").split(":");
  return runtime ? `${runtime}/notify.sock` : `/tmp/sitemon-notify-${pid}.sock`;
}

function watchdog(env: NotifyEnvironment["env"], pid: number): number | undefined {
  const micros = Number(env("WATCHDOG_USEC"));
  const meant = env("WATCHDOG_PID") ?? String(pid);
  return micros > 0 && meant === String(pid) ? micros / 1_000 : undefined;
}

/** Throws, and rejects with, the system's errors. */
export class NotifySocket implements Disposable {
  readonly #options: NotifySocketOptions;
  readonly #socket: Deno.DatagramConn;

  constructor(options: NotifySocketOptions) {
    // A process that was killed leaves its socket behind.
    removeFile(options.own);
    this.#options = options;
    this.#socket = Deno.listenDatagram({ transport: "unixpacket", path: options.own });
  }

  /** Sends one message, lines of `NAME=value`. */
  async send(message: string): Promise<void> {
    const bytes = new TextEncoder().encode(message);
    await this.#socket.send(bytes, { transport: "unixpacket", path: this.#options.to });
  }

  [Symbol.dispose](): void {
    this.#socket.close();
    removeFile(this.#options.own);
  }
}

function removeFile(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
