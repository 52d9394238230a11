/** A connection to a receiver, after the address policy was asked and TLS agreed on. */
import net from "node:net";
import type { SiteTls } from "../config/site.ts";
import { openSocket, secureSocket } from "../runtime/open_socket.ts";

export interface Endpoint {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface ReceiverOptions {
  readonly signal: AbortSignal;
  /** True for addresses that must not be connected to. */
  readonly denies: (address: string) => boolean;
  /** Plain text when absent. */
  readonly tls?: SiteTls;
}

/**
 * Resolves once bytes may be sent; rejects with the system's errors, with those of node:tls, or with
 * the code `ERR_IP_BLOCKED`, and leaves nothing open then.
 */
export async function connectTo(
  endpoint: Endpoint,
  { signal, denies, tls }: ReceiverOptions,
): Promise<net.Socket> {
  const { host } = endpoint;
  // As node:net rejects where each address of a name is denied.
  if (net.isIP(host) !== 0 && denies(host)) {
    throw Object.assign(new Error("address denied"), { code: "ERR_IP_BLOCKED" });
  }
  const plain = await openSocket(endpoint, { signal, mayTry: (address) => !denies(address) });
  return tls === undefined
    ? plain
    : await secureSocket(plain, { serverName: host, ...tls }, signal);
}
