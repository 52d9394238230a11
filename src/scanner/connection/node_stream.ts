/**
 * Byte streams over node:net and node:tls, for what Deno's own sockets cannot do: an IP version,
 * client certificates, any certificate accepted, a certificate's dates. They cost some ten times more.
 */
import type net from "node:net";
import type tls from "node:tls";
import type { Endpoint, SecureOptions, TcpStream, TlsStream } from "./byte_stream.ts";
import { openSocket, secureSocket, type SocketOptions } from "../../runtime/open_socket.ts";
import { chainOf, checkServer } from "../../runtime/tls/certificate_chain.ts";

/**
 * Opens a connection by name, trying in turn those of its addresses that may be tried. Rejects when
 * the signal aborts, leaving nothing behind.
 */
export async function connectByNode(
  endpoint: Endpoint,
  options: Required<SocketOptions>,
): Promise<TcpStream> {
  const socket = await openSocket(endpoint, options);
  const { remoteAddress } = socket;
  if (remoteAddress !== undefined) return new NodeTcpStream(socket, remoteAddress);
  // It is known no more once the peer has gone.
  socket.destroy();
  throw new Deno.errors.ConnectionReset("closed by the peer");
}

class NodeStream<S extends net.Socket> {
  protected readonly socket: S;
  #error: Error | undefined;

  constructor(socket: S) {
    this.socket = socket;
    // Of a TLS alert the socket's own `errored` knows nothing (Deno 2.9.6).
    socket.on("error", (error) => {
      this.#error ??= error;
    });
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    const { socket } = this;
    while (true) {
      if (this.#error !== undefined) throw this.#error;
      // A socket whose peer has ended is destroyed by itself: that is its end, not an error.
      if (socket.readableEnded) return null;
      if (socket.destroyed) throw new Deno.errors.ConnectionReset("the connection is closed");
      const lengthMax = Math.min(buffer.length, socket.readableLength);
      const chunk: Uint8Array | null = socket.read(lengthMax || undefined);
      if (chunk !== null) {
        buffer.set(chunk);
        return chunk.length;
      }
      await this.#readable();
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.write(bytes, (error) => error ? reject(error) : resolve());
    });
  }

  close(): void {
    this.socket.destroy();
  }

  #readable(): Promise<void> {
    return new Promise((resolve) => {
      const events = ["readable", "end", "close", "error"];
      const onEvent = () => {
        for (const event of events) this.socket.off(event, onEvent);
        resolve();
      };
      for (const event of events) this.socket.on(event, onEvent);
    });
  }
}

class NodeTcpStream extends NodeStream<net.Socket> implements TcpStream {
  readonly remoteAddress: string;

  constructor(socket: net.Socket, remoteAddress: string) {
    super(socket);
    this.remoteAddress = remoteAddress;
  }

  async secure(options: SecureOptions, signal: AbortSignal): Promise<TlsStream> {
    const { serverName, insecure, ca, cert, key } = options;
    const secure = { serverName, insecure, ca, cert, key, checkServerIdentity: checkServer(ca) };
    return new NodeTlsStream(await secureSocket(this.socket, secure, signal));
  }
}

class NodeTlsStream extends NodeStream<tls.TLSSocket> implements TlsStream {
  readonly chain: readonly tls.DetailedPeerCertificate[];
  readonly version: string;

  constructor(socket: tls.TLSSocket) {
    super(socket);
    this.chain = chainOf(socket.getPeerCertificate(true));
    this.version = socket.getProtocol() ?? "";
  }
}
