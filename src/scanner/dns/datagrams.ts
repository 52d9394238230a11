/** Datagrams to one name server and back, as a byte stream that reads one of them at a time. */
import type { ByteStream, Endpoint } from "../connection/byte_stream.ts";

/**
 * Sends to the server by its name, since that is what Deno permits, and takes answers from its addresses
 * alone. Each has a port of its own, which the system chooses at random.
 */
export class Datagrams implements ByteStream {
  readonly #server: Endpoint;
  readonly #addresses: readonly string[];
  readonly #socket: Deno.DatagramConn;
  /** Where the last datagram came from, or else the first address. */
  remoteAddress: string;
  #isClosed = false;

  /** The first address decides the IP version, as it does when Deno looks the name up. */
  constructor(server: Endpoint, addresses: readonly string[]) {
    this.#server = server;
    this.#addresses = addresses;
    this.remoteAddress = addresses[0]!;
    const hostname = this.remoteAddress.includes(":") ? "::" : "0.0.0.0";
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  }

  /** The bytes of the next datagram; none of one that somebody else sent. */
  async read(buffer: Uint8Array): Promise<number> {
    const [{ length }, from] = await this.#socket.receive(buffer);
    const { hostname, port } = from as Deno.NetAddr;
    if (port !== this.#server.port || !this.#addresses.includes(hostname)) return 0;
    this.remoteAddress = hostname;
    return length;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const { host, port } = this.#server;
    await this.#socket.send(bytes, { transport: "udp", hostname: host, port });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }
}
