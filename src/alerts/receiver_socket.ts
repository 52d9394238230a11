/** A connection to a receiver, after the address policy was asked and TLS agreed on. */
import net from "node:net";
import tls from "node:tls";
import type { SiteTls } from "../config/site.ts";
import { keepPermission } from "../runtime/keep_permission.ts";
import { socketEvent } from "../runtime/socket_event.ts";

export interface Endpoint {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface SocketOptions {
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
  { host, port }: Endpoint,
  { signal, denies, tls: secure }: SocketOptions,
): Promise<net.Socket> {
  const isAddress = net.isIP(host) !== 0;
  // As node:net rejects where each address of a name is denied.
  if (isAddress && denies(host)) {
    throw Object.assign(new Error("address denied"), { code: "ERR_IP_BLOCKED" });
  }
  // Asked before each attempt to connect.
  const blockList = Object.assign(new net.BlockList(), {
    check: (address: string | net.SocketAddress) =>
      denies(typeof address === "string" ? address : address.address),
  });
  const plain = net.connect({ host, port, noDelay: true, autoSelectFamily: true, blockList });
  if (!isAddress) keepPermission(plain);
  await socketEvent(plain, "connect", signal);
  if (secure === undefined) return plain;
  const { ca, cert, key, insecure, serverName = host } = secure;
  const secured = tls.connect({
    socket: plain,
    // Server Name Indication is for names only.
    ...(net.isIP(serverName) === 0 ? { servername: serverName } : { host: serverName }),
    rejectUnauthorized: !insecure,
    ...{ ca, cert, key },
  });
  await socketEvent(secured, "secureConnect", signal);
  return secured;
}
