/** Every protocol that a site can be checked by, and the keys that one of them alone has. */
import { DNS, DNS_EXPECTATIONS } from "./dns_schema.ts";
import { HTTP } from "./http_schema.ts";
import type { Fitting, Protocol, UrlProtocol } from "./protocol.ts";
import { PUSH, PUSH_KEYS, PUSH_SECTION } from "./push_schema.ts";
import { SOCKET, SOCKET_KEYS } from "./socket_schema.ts";

const VISITED: readonly UrlProtocol[] = [HTTP, SOCKET, DNS];

export const PROTOCOLS: readonly Protocol[] = [...VISITED, PUSH];

/** Keys of a site. */
export const OWN_KEYS = { ...SOCKET_KEYS, ...PUSH_KEYS };

/** One of these keys says what a site is. */
export const SITE_KINDS = ["url", "push"] as const;

/** Keys beside `sites`. */
export const OWN_SECTIONS = { ...PUSH_SECTION };

/** Keys of `expect`. */
export const OWN_EXPECTATIONS = { ...DNS_EXPECTATIONS };

const BY_SCHEME = new Map(
  VISITED.flatMap((protocol) => protocol.schemes.map((scheme) => [scheme, protocol])),
);

/** What a url may begin with. */
export const SCHEMES: readonly string[] = [...BY_SCHEME.keys()];

/** The protocol that a url means, whatever else it says; `undefined` when it means none. */
export function protocolOf(url: string): UrlProtocol | undefined {
  return BY_SCHEME.get(url.slice(0, url.indexOf(":")).toLowerCase());
}

/** The protocol of a site: without a url, others tell of it. */
export function protocolFor({ url }: Fitting): Protocol | undefined {
  return url === undefined ? PUSH : protocolOf(url);
}
