/**
 * The cookies of one attempt: what a visit's response sets, the visits after it send back.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6265
 */
import { type Headers, valuesOf } from "./response_parser.ts";

/** Cookies of an attempt, and bytes of each: as many as browsers take of one domain (section 6.1). */
export const COOKIES_MAX = 50;
export const COOKIE_BYTES_MAX = 4_096;

interface Cookie {
  readonly name: string;
  readonly value: string;
  /** The host that set it, or the domain that it is for as well. */
  readonly domain: string;
  readonly isHostOnly: boolean;
  readonly path: string;
  readonly isSecure: boolean;
}

/** Holds cookies by name, domain and path; the oldest go when there are too many. */
export class CookieJar {
  readonly #nowMs: () => number;
  readonly #cookies = new Map<string, Cookie>();

  /** `nowMs` is the wall clock, by which cookies expire. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Takes what a response from this url sets. A cookie that is malformed or for others is ignored. */
  take(headers: Headers, url: URL): void {
    for (const line of valuesOf(headers, "set-cookie")) this.#set(line, url);
  }

  /** The value of the header `cookie` for a request, in Latin-1 as it came; absent without any. */
  headerFor(url: URL): string | undefined {
    const sent = [...this.#cookies.values()].filter((cookie) => isFor(cookie, url));
    if (sent.length === 0) return undefined;
    // Longer paths first, and older cookies before younger ones (section 5.4).
    const inOrder = sent.sort((a, b) => b.path.length - a.path.length);
    return inOrder.map(({ name, value }) => `${name}=${value}`).join("; ");
  }

  #set(line: string, url: URL): void {
    const [pair = "", ...rest] = line.split(";");
    const [name, value] = nameAndValue(pair);
    // deno-lint-ignore no-control-regex -- no line of a request may hold them
    if (name === "" || value === undefined || /[\x00-\x08\x0a-\x1f\x7f]/.test(pair)) return;
    if (name.length + value.length > COOKIE_BYTES_MAX) return;
    const attributes = new Map(rest.map(attributeOf));
    const domain = attributes.get("domain")?.replace(/^\./, "").toLowerCase() ?? "";
    if (domain !== "" && !mayBeFor(domain, url.hostname)) return;
    const cookie: Cookie = {
      name,
      value,
      domain: domain === "" ? url.hostname : domain,
      isHostOnly: domain === "",
      path: pathOf(attributes.get("path"), url),
      isSecure: attributes.has("secure"),
    };
    const key = JSON.stringify([name, cookie.domain, cookie.path]);
    if (this.#isExpired(attributes)) return void this.#cookies.delete(key);
    this.#cookies.set(key, cookie);
    if (this.#cookies.size <= COOKIES_MAX) return;
    const [oldest] = this.#cookies.keys();
    this.#cookies.delete(oldest!);
  }

  /** An attempt is over before any other cookie expires. */
  #isExpired(attributes: ReadonlyMap<string, string>): boolean {
    const maxAge = attributes.get("max-age") ?? "";
    if (/^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0;
    return Date.parse(attributes.get("expires") ?? "") <= this.#nowMs();
  }
}

function attributeOf(text: string): readonly [name: string, value: string] {
  const [name, value = ""] = nameAndValue(text);
  return [name.toLowerCase(), value];
}

/** What is before and after the first `=`, without the spaces around both. */
function nameAndValue(text: string): readonly [name: string, value?: string] {
  const at = text.indexOf("=");
  return at < 0 ? [text.trim()] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

/** A host sets cookies for itself and for domains above it, but for no top-level domain. */
function mayBeFor(domain: string, hostname: string): boolean {
  return domain === hostname || (domain.includes(".") && isWithin(hostname, domain));
}

/** True for names below the domain; an address is below none. */
function isWithin(hostname: string, domain: string): boolean {
  return hostname.endsWith(`.${domain}`) && !/^[\d.]+$/.test(hostname);
}

/** The path that a cookie is for: by default, the folder of the url that set it (section 5.1.4). */
function pathOf(path: string | undefined, { pathname }: URL): string {
  if (path?.startsWith("/")) return path;
  return pathname.slice(0, pathname.lastIndexOf("/")) || "/";
}

function isFor({ domain, isHostOnly, path, isSecure }: Cookie, url: URL): boolean {
  const { hostname, pathname, protocol } = url;
  if (hostname !== domain && (isHostOnly || !isWithin(hostname, domain))) return false;
  if (isSecure && protocol !== "https:") return false;
  return pathname === path || pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
}
