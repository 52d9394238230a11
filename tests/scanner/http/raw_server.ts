/** Servers on loopback that do exactly what a test tells them to, however wrong. */
import { pause, within } from "../../support/waiting.ts";

const DEADLINE_MS = 60_000;

/** What a server does with each connection; it may throw when the client goes away. */
export type Behaviour = (conn: Deno.Conn) => Promise<void> | void;

export interface RawServer extends AsyncDisposable {
  readonly port: number;
  /** Connections that were accepted. */
  readonly accepted: number;
}

export interface RawServerOptions {
  /** Any free one when absent. */
  readonly port?: number;
  readonly hostname?: string;
  /** PEM texts: TLS when they are given. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** Listens on a free port, and waits at its end until every connection is done. */
export function rawServer(behaviour: Behaviour, options: RawServerOptions = {}): RawServer {
  const { hostname = "127.0.0.1", port = 0, tls } = options;
  const listener: Deno.Listener = tls === undefined
    ? Deno.listen({ hostname, port })
    : Deno.listenTls({ hostname, port, ...tls });
  const underWay: Promise<void>[] = [];
  const accepting = accept(listener, (conn) => underWay.push(serve(conn, behaviour)));
  return {
    port: (listener.addr as Deno.NetAddr).port,
    get accepted() {
      return underWay.length;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await within(DEADLINE_MS, "the end of every connection", Promise.all(underWay));
    },
  };
}

async function accept(listener: Deno.Listener, onConn: (conn: Deno.Conn) => void) {
  while (true) {
    try {
      onConn(await listener.accept());
    } catch (error) {
      if (error instanceof Deno.errors.BadResource) return;
    }
  }
}

async function serve(conn: Deno.Conn, behaviour: Behaviour): Promise<void> {
  try {
    await behaviour(conn);
  } catch {
    // The client went away in the middle, as clients do.
  }
  try {
    conn.close();
  } catch {
    // The behaviour closed it.
  }
}

/** Reads until the end of a request's header, and returns it. */
export async function readRequest(conn: Deno.Conn): Promise<string> {
  let text = "";
  const buffer = new Uint8Array(4_096);
  while (!text.includes("\r\n\r\n")) {
    const count = await conn.read(buffer);
    if (count === null) break;
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return text;
}

/** Waits until the client hangs up. */
export async function untilClosed(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(4_096);
  while (await conn.read(buffer) !== null);
}

/** Writes all of a text or of bytes. */
export async function send(conn: Deno.Conn, data: string | Uint8Array): Promise<void> {
  let bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  while (bytes.length > 0) bytes = bytes.subarray(await conn.write(bytes));
}

/** Answers every request with the same bytes, and hangs up. */
export function answering(...parts: (string | Uint8Array)[]): Behaviour {
  return answeringAfter(0, ...parts);
}

/** The same, and takes its time. */
export function answeringAfter(ms: number, ...parts: (string | Uint8Array)[]): Behaviour {
  return async (conn) => {
    await readRequest(conn);
    if (ms > 0) await pause(ms);
    for (const part of parts) await send(conn, part);
  };
}
