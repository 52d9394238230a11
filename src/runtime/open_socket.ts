/** Connections of node:net and node:tls: to addresses that may be tried alone, and within a signal. */
import net from "node:net";
import tls from "node:tls";
import { onAbort } from "./deadline.ts";
import { keepPermission } from "./keep_permission.ts";

export interface SocketOptions {
  readonly signal: AbortSignal;
  /** Says which addresses of a name may be tried. */
  readonly mayTry: (address: string) => boolean;
  /** How long an address is waited for before the next one is tried; node's own time when absent. */
  readonly attemptMs?: number;
}

/**
 * Opens a connection by name or address, trying in turn those addresses of a name that may be tried.
 * Rejects with the system's errors, with the code `ERR_IP_BLOCKED`, or when the signal aborts, and
 * leaves nothing open then.
 */
export async function openSocket(
  { host, port }: { readonly host: string; readonly port: number },
  { signal, mayTry, attemptMs }: SocketOptions,
): Promise<net.Socket> {
  const socket = net.connect({
    ...{ host, port, noDelay: true, autoSelectFamily: true, blockList: new AllBut(mayTry) },
    ...(attemptMs && { autoSelectFamilyAttemptTimeout: Math.ceil(attemptMs) }),
  });
  if (net.isIP(host) === 0) keepPermission(socket);
  await socketEvent(socket, "connect", signal);
  return socket;
}

export interface TlsOptions
  extends Pick<tls.ConnectionOptions, "ca" | "cert" | "key" | "checkServerIdentity"> {
  /** That the certificate has to be for, a name or an address. */
  readonly serverName: string;
  /** Any certificate will do. */
  readonly insecure: boolean;
}

/** TLS on a connection, which is closed when there is none: rejects with the errors of node:tls. */
export async function secureSocket(
  socket: net.Socket,
  { serverName, insecure, ...options }: TlsOptions,
  signal: AbortSignal,
): Promise<tls.TLSSocket> {
  const secured = tls.connect({
    ...options,
    socket,
    // Server Name Indication is for names only.
    ...(net.isIP(serverName) === 0 ? { servername: serverName } : { host: serverName }),
    rejectUnauthorized: !insecure,
  });
  try {
    await socketEvent(secured, "secureConnect", signal);
    return secured;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Asked before each attempt. */
class AllBut extends net.BlockList {
  readonly #mayTry: (address: string) => boolean;

  constructor(mayTry: (address: string) => boolean) {
    super();
    this.#mayTry = mayTry;
  }

  override check(address: string | net.SocketAddress): boolean {
    return !this.#mayTry(typeof address === "string" ? address : address.address);
  }
}

/** Resolves on the event; rejects, with the socket destroyed, on an error or when the signal aborts. */
export async function socketEvent(
  socket: net.Socket,
  event: string,
  signal: AbortSignal,
): Promise<void> {
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
