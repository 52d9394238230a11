/**
 * How readers reach the service: below which URL, and from which address, also through proxies. Links
 * between pages are relative, so that only what leaves this host has to know.
 */
import { BlockList, isIP } from "node:net";

export interface FrontOptions {
  /** URL of the overview, as readers see it. */
  readonly publicUrl?: string;
  /** Addresses and CIDR ranges of the proxies whose `X-Forwarded-*` are believed. */
  readonly trustedProxies?: readonly string[];
}

/** Who asks, and where the service is for them. */
export interface Visitor {
  /** The reader's address, as far as it is known. */
  readonly address: string;
  /** URL of the overview; ends with a slash. */
  readonly root: string;
}

/** A name or an address with its port (RFC 9110, section 7.2). */
export const HOST = /^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i;
/** The path of a prefix. */
const PREFIX = /^(?:\/[\w.~-]+)*\/?$/;
/** Of a request's URL. */
const URL_PARTS = /^(https?:\/\/[^/?#]*)([^?#]*)(.*)$/i;

export class Front {
  readonly #root: string | undefined;
  /** The path of that URL, without its last slash; empty at the top of a host. */
  readonly #base: string;
  readonly #trusted = new BlockList();

  constructor({ publicUrl, trustedProxies = [] }: FrontOptions) {
    this.#root = publicUrl?.replace(/(?<!\/)\/*$/, "/");
    this.#base = this.#root === undefined ? "" : new URL(this.#root).pathname.replace(/\/$/, "");
    for (const entry of trustedProxies) this.#trust(entry);
  }

  /** The request by the service's own paths: proxies pass the public path, or remove its beginning. */
  inside(request: Request): Request | Response {
    const [, origin, path, rest] = URL_PARTS.exec(request.url) ?? [];
    // A host that is none is refused later.
    if (this.#base === "" || path === undefined || !URL.canParse(request.url)) return request;
    // Relative links of the page would lead beside it.
    if (path === this.#base) return redirect(`${this.#base}/${rest}`);
    if (!path.startsWith(`${this.#base}/`)) return request;
    return new Request(`${origin}${path.slice(this.#base.length)}${rest}`, request);
  }

  visitor({ headers, url }: Pick<Request, "headers" | "url">, peer: string): Visitor {
    const isTrusted = this.#isTrusted(peer);
    const own = URL.canParse("/", url) ? new URL("/", url).href : "/";
    const root = this.#root ?? (isTrusted ? forwardedRoot(headers, own) : own);
    return { address: isTrusted ? this.#reader(headers, peer) : peer, root };
  }

  /** The last address that no trusted proxy has: what is before it, anyone may have written. */
  #reader(headers: Headers, peer: string): string {
    const hops = headers.get("x-forwarded-for")?.split(",").map((hop) => hop.trim()) ?? [];
    const first = hops.findLastIndex((hop) => !this.#isTrusted(hop));
    const reader = hops[Math.max(first, 0)] ?? peer;
    return isIP(reader) === 0 ? peer : reader;
  }

  #trust(entry: string): void {
    const [address = "", bits] = entry.split("/");
    const isSix = isIP(address) === 6;
    const family = isSix ? "ipv6" : "ipv4";
    this.#trusted.addSubnet(address, Number(bits ?? (isSix ? 128 : 32)), family);
  }

  #isTrusted(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.#trusted.check(address, version === 6 ? "ipv6" : "ipv4");
  }
}

/** Of several values, the trusted proxy wrote the last. */
function forwardedRoot(headers: Headers, own: string): string {
  const last = (name: string) =>
    headers.get(`x-forwarded-${name}`)?.split(",").at(-1)?.trim() ?? "";
  const { protocol, host } = URL.canParse(own) ? new URL(own) : { protocol: "http:", host: "" };
  const scheme = /^https?$/i.test(last("proto"))
    ? last("proto").toLowerCase()
    : protocol.slice(0, -1);
  const name = HOST.test(last("host")) ? last("host") : host;
  const prefix = PREFIX.test(last("prefix")) ? last("prefix").replace(/\/$/, "") : "";
  return name === "" ? own : `${scheme}://${name}${prefix}/`;
}

function redirect(location: string): Response {
  return new Response(null, { status: 308, headers: { location } });
}
