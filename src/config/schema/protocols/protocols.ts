/** Every protocol that a site can be checked by, and the keys that one of them alone has. */
import { DNS, DNS_EXPECTATIONS } from "./dns_schema.ts";
import { HTTP } from "./http_schema.ts";
import type { Protocol } from "./protocol.ts";
import { PUSH_KEYS } from "./push_schema.ts";
import { SOCKET, SOCKET_KEYS } from "./socket_schema.ts";

export const PROTOCOLS: readonly Protocol[] = [HTTP, SOCKET, DNS];

/** Keys of a site. */
export const OWN_KEYS = { ...SOCKET_KEYS, ...PUSH_KEYS };

/** Keys of `expect`. */
export const OWN_EXPECTATIONS = { ...DNS_EXPECTATIONS };

const BY_SCHEME = new Map(
  PROTOCOLS.flatMap((protocol) => protocol.schemes.map((scheme) => [scheme, protocol])),
);

/** What a url may begin with. */
export const SCHEMES: readonly string[] = [...BY_SCHEME.keys()];

/** The protocol that a url means, whatever else it says; `undefined` when it means none. */
export function protocolOf(url: string): Protocol | undefined {
  return BY_SCHEME.get(url.slice(0, url.indexOf(":")).toLowerCase());
}
