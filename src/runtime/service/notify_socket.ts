/**
 * The datagram socket of a service manager: its address, from the environment that the manager set,
 * and the way to it, which only a Worker opens.
 *
 * @see https://www.freedesktop.org/software/systemd/man/sd_notify.html
 */
import { logger } from "../telemetry/logging.ts";

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

/** Where the manager wants to be notified; undefined when there is none, or it cannot be reached. */
export function notifyAddress(
  { env, pid }: { env: (name: string) => string | undefined; pid: number },
): NotifyAddress | undefined {
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
  // In the unit's own folder, where no one else can write; the process's number keeps two apart.
  const [runtime] = (env("RUNTIME_DIRECTORY") ?? "").split(":");
  const own = runtime ? `${runtime}/notify.sock` : `/tmp/sitemon-notify-${pid}.sock`;
  const micros = Number(env("WATCHDOG_USEC"));
  const isWatched = micros > 0 && (env("WATCHDOG_PID") ?? String(pid)) === String(pid);
  return { to, own, ...(isWatched ? { watchdogMs: micros / 1_000 } : {}) };
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
