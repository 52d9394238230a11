/** Datagrams from a socket of this process's own to the service manager's; only a Worker opens one. */

/** Where from and where to. */
export interface NotifySocketOptions {
  /** Path of the own socket, which is made here and removed at the end. */
  readonly own: string;
  /** Path of the manager's socket. */
  readonly to: string;
}

/** Throws, and rejects with, what the system says. */
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
