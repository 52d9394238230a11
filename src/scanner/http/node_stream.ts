/**
 * Byte streams over node:net and node:tls, for what Deno's own sockets cannot do: an IP version,
 * client certificates, any certificate accepted, a certificate's dates. They cost some ten times more.
 */
import net from "node:net";
import tls from "node:tls";
import type {
  Certificate,
  ConnectTcp,
  SecureOptions,
  TcpStream,
  TlsStream,
} from "./byte_stream.ts";
import { certificateTimeMs } from "../../runtime/certificate_time.ts";
import { onAbort } from "../../runtime/deadline.ts";

/** Opens a connection by name, to an address of the wanted IP version. */
export const connectByNode: ConnectTcp = async ({ host, port, ipVersion }, signal) => {
  const family = ipVersion === undefined ? {} : { family: ipVersion };
  const socket = net.connect({ host, port, noDelay: true, ...family });
  await settled(socket, "connect", signal);
  const { remoteAddress } = socket;
  if (remoteAddress !== undefined) return new NodeTcpStream(socket, remoteAddress);
  // It is known no more once the peer has gone.
  socket.destroy();
  throw new Deno.errors.ConnectionReset("closed by the peer");
};

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
      if (socket.destroyed) throw new Error("the connection is closed");
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
    const secured = tls.connect({
      socket: this.socket,
      // Server Name Indication is for names only.
      ...(net.isIP(serverName) === 0 ? { servername: serverName } : { host: serverName }),
      rejectUnauthorized: !insecure,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    });
    try {
      await settled(secured, "secureConnect", signal);
    } catch (error) {
      this.socket.destroy();
      throw error;
    }
    return new NodeTlsStream(secured);
  }
}

class NodeTlsStream extends NodeStream<tls.TLSSocket> implements TlsStream {
  readonly certificate: Certificate;

  constructor(socket: tls.TLSSocket) {
    super(socket);
    this.certificate = certificateOf(socket.getPeerCertificate());
  }
}

/** What a peer's certificate says; before Deno 2.9 it says nothing. */
function certificateOf(peer: Partial<tls.PeerCertificate> | null): Certificate {
  const expiresAtMs = certificateTimeMs(peer?.valid_to ?? "");
  const issuer = peer?.issuer?.O ?? peer?.issuer?.CN;
  return {
    expiresAt: expiresAtMs === undefined ? null : expiresAtMs * 1_000,
    issuer: (Array.isArray(issuer) ? issuer[0] : issuer) ?? null,
  };
}

/** Resolves on the event; rejects, with the socket destroyed, on an error or when the signal aborts. */
async function settled(socket: net.Socket, event: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once(event, resolve);
  // This listener stays: an error without a listener is an uncaught exception.
  socket.on("error", reject);
  socket.once("close", () => reject(new Deno.errors.ConnectionReset("closed by the peer")));
  using _ = onAbort(signal, () => socket.destroy());
  try {
    await promise;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
