/**
 * The hosts and ports that the configuration names: sitemon's own list, beside Deno's permissions.
 *
 * It is kept because permissions of a thread hold whole hosts, and because a redirect has to be
 * refused with a sentence that says what to add.
 */

const DEFAULT_PORTS: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

/** The port that a url is visited at. */
export function portOf(url: URL): number {
  return url.port === "" ? DEFAULT_PORTS[url.protocol] ?? 0 : Number(url.port);
}

/** `host:port` of a url, also where the url leaves the port out. */
export function endpointOf(url: URL): string {
  return `${url.hostname}:${portOf(url)}`;
}

/** A url's host as connections want it: without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

/** The remedy for a host that the configuration does not name. */
export function notNamed(host: string): string {
  return `the configuration does not name this host; to permit it, add "${host}" to allow_hosts`;
}

/** Where checks may go. */
export class PermittedHosts {
  readonly #endpoints = new Set<string>();

  /**
   * @param urls of the sites: each permits its host and port, and `http://h` also `https://h`.
   * @param allowHosts more of them, as `host` (any port), `host:port` or `[v6]:port`.
   */
  constructor(urls: readonly string[], allowHosts: readonly string[] = []) {
    for (const text of urls) this.#permitSite(new URL(text));
    for (const entry of allowHosts) this.#endpoints.add(entry.toLowerCase());
  }

  /** True when a check may visit this url; `endpoint` is its {@linkcode endpointOf}, where known. */
  permits(url: URL, endpoint = endpointOf(url)): boolean {
    return this.#endpoints.has(endpoint) || this.#endpoints.has(url.hostname) ||
      this.#endpoints.has(hostOf(url));
  }

  /** What {@linkcode PermittedHosts.permits} compares with: `host:port`, or `host` for every port. */
  get endpoints(): string[] {
    return [...this.#endpoints].sort();
  }

  #permitSite(url: URL): void {
    this.#endpoints.add(`${url.hostname}:${portOf(url)}`);
    if (url.protocol === "http:") this.#endpoints.add(`${url.hostname}:443`);
  }
}
