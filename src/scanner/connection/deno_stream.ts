/** Byte streams over Deno's own sockets: the cheap way, which most checks take. */
import type { Endpoint, SecureOptions, TcpStream, TlsStream } from "./byte_stream.ts";
import { onAbort } from "../../runtime/deadline.ts";

/**
 * Opens a connection by name, to whichever of its addresses answers first: Deno starts with the next
 * one after 250 ms (RFC 8305). Rejects when the signal aborts, leaving nothing behind.
 */
export async function connectByDeno(
  { host, port }: Endpoint,
  signal: AbortSignal,
): Promise<TcpStream> {
  const conn = await connectOwned({ hostname: host, port, signal });
  // Before TLS begins: Nagle's algorithm would hold its last flight for a delayed ACK, 40 ms.
  conn.setNoDelay(true);
  return new DenoTcpStream(conn);
}

/**
 * Deno 2.9.6 asks the signal once more after it has connected, and when that throws the connection is
 * left open with nobody to close it. So the signal does not throw meanwhile, and is asked here.
 */
async function connectOwned(
  options: Deno.ConnectOptions & { readonly signal: AbortSignal },
): Promise<Deno.TcpConn> {
  const { signal } = options;
  signal.throwIfAborted();
  signal.throwIfAborted = () => {};
  try {
    const conn = await Deno.connect(options);
    if (!signal.aborted) return conn;
    conn.close();
    throw signal.reason;
  } finally {
    Reflect.deleteProperty(signal, "throwIfAborted");
  }
}

class DenoStream<C extends Deno.Conn> {
  protected readonly conn: C;
  /** True when closed, or given away to TLS. */
  protected isGone = false;

  constructor(conn: C) {
    this.conn = conn;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return this.conn.read(buffer);
  }

  async write(bytes: Uint8Array): Promise<void> {
    let count = await this.conn.write(bytes);
    while (count < bytes.length) count += await this.conn.write(bytes.subarray(count));
  }

  close(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.conn.close();
  }
}

class DenoTcpStream extends DenoStream<Deno.TcpConn> implements TcpStream {
  get remoteAddress(): string {
    return this.conn.remoteAddr.hostname;
  }

  async secure({ serverName, ca }: SecureOptions, signal: AbortSignal): Promise<TlsStream> {
    this.isGone = true;
    const caCerts = ca === undefined ? [] : [ca];
    const secured = await Deno.startTls(this.conn, { hostname: serverName, caCerts });
    const stream = new DenoTlsStream(secured);
    using _ = onAbort(signal, () => stream.close());
    try {
      await secured.handshake();
    } catch (error) {
      stream.close();
      throw error;
    }
    return stream;
  }
}

class DenoTlsStream extends DenoStream<Deno.TlsConn> {
  override async read(buffer: Uint8Array): Promise<number | null> {
    try {
      return await this.conn.read(buffer);
    } catch (error) {
      // Many servers end a TLS connection without saying so.
      if (error instanceof Deno.errors.UnexpectedEof) return null;
      throw error;
    }
  }
}
