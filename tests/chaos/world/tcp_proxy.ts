/** A TCP proxy that fails as networks do: slowly, half, or at once. */
import { freePort } from "../../support/free_port.ts";
import { within } from "../../support/waiting.ts";

/** What the proxy does with connections, new ones and old ones. */
export type Weather =
  /** Passes bytes on. */
  | { readonly kind: "fair" }
  /** Passes each piece on after a while, at most so many bytes at once. */
  | { readonly kind: "slow"; readonly delayMs: number; readonly pieceBytesMax?: number }
  /** Accepts connections and passes nothing on, and says nothing: a cable is out. */
  | { readonly kind: "silent" }
  /** Ends a connection at what its client says, after so many pieces of all clients. */
  | { readonly kind: "cutting"; pieces: number }
  /** Nobody listens. */
  | { readonly kind: "refusing" };

const PIECE_BYTES_MAX = 64 * 1024;

/** Between a client and one server, on a port of its own. */
export class TcpProxy implements AsyncDisposable {
  readonly port = freePort();
  readonly address = `127.0.0.1:${this.port}`;
  /** How many connections were accepted so far. */
  accepted = 0;
  #listener: Deno.Listener | undefined;
  #accepting: Promise<void> = Promise.resolve();
  #weather: Weather = { kind: "fair" };
  #changed = Promise.withResolvers<void>();
  readonly #pairs = new Set<Pair>();

  constructor(
    /** Port of the server on this machine; 0 until it is known. */
    public targetPort = 0,
  ) {
    this.#listen();
  }

  get weather(): Weather {
    return this.#weather;
  }

  /** Resolves when the weather changes. */
  get changed(): Promise<void> {
    return this.#changed.promise;
  }

  /** Bytes that a silent proxy held back are passed on when the weather is fair again. */
  change(weather: Weather): void {
    this.#weather = weather;
    if (weather.kind === "refusing") {
      this.#listener?.close();
      this.#listener = undefined;
      this.cut();
    } else if (this.#listener === undefined) {
      this.#listen();
    }
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Ends every connection at once; new ones are welcome. */
  cut(): void {
    for (const pair of this.#pairs) pair.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.change({ kind: "refusing" });
    await this.#accepting;
    await Promise.all([...this.#pairs].map((pair) => pair.ended));
  }

  #listen(): void {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: this.port });
    this.#listener = listener;
    const before = this.#accepting;
    this.#accepting = before.then(() => this.#accept(listener));
  }

  async #accept(listener: Deno.Listener): Promise<void> {
    for await (const client of listener) {
      this.accepted++;
      const pair = new Pair(client, this);
      this.#pairs.add(pair);
      void pair.ended.then(() => this.#pairs.delete(pair));
    }
  }
}

/** A client's connection and the one to the server that belongs to it. */
class Pair {
  readonly ended: Promise<void>;
  readonly #client: Deno.Conn;
  readonly #proxy: TcpProxy;
  #server: Deno.Conn | undefined;
  #isClosed = false;
  readonly #closed = Promise.withResolvers<void>();

  constructor(client: Deno.Conn, proxy: TcpProxy) {
    this.#client = client;
    this.#proxy = proxy;
    this.ended = this.#join(proxy.targetPort);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closed.resolve();
    this.#client.close();
    this.#server?.close();
  }

  async #join(port: number): Promise<void> {
    try {
      await this.#passable();
      const server = await Deno.connect({ hostname: "127.0.0.1", port });
      if (this.#isClosed) return server.close();
      this.#server = server;
      await Promise.race([this.#pump(this.#client, server), this.#pump(server, this.#client)]);
    } catch {
      // The server is gone, or one of both sides was cut: the client learns it by its own end.
    } finally {
      this.close();
    }
  }

  async #pump(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(PIECE_BYTES_MAX);
    try {
      for (;;) {
        const weather = this.#proxy.weather;
        const bytesMax = weather.kind === "slow" ? weather.pieceBytesMax : undefined;
        const count = await from.read(buffer.subarray(0, bytesMax ?? PIECE_BYTES_MAX));
        if (count === null) return;
        if (from === this.#client && this.#isCut()) return;
        await this.#passable();
        for (let sent = 0; sent < count;) sent += await to.write(buffer.subarray(sent, count));
      }
    } catch {
      // As above.
    }
  }

  #isCut(): boolean {
    const { weather } = this.#proxy;
    return weather.kind === "cutting" && weather.pieces-- <= 0;
  }

  /** Resolves when a piece may be passed on. */
  async #passable(): Promise<void> {
    const weather = this.#proxy.weather;
    if (weather.kind === "slow") {
      await within(weather.delayMs, "the end", this.#closed.promise).catch(() => {});
    }
    while (this.#proxy.weather.kind === "silent" && !this.#isClosed) {
      await Promise.race([this.#proxy.changed, this.#closed.promise]);
    }
  }
}
