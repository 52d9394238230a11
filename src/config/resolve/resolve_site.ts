/** A site with what it inherits from `defaults`, in the program's units. */
import type { DefaultsConfig, SiteConfig } from "../schema/site_schema.ts";
import type { Site, SiteAuth } from "../site.ts";
import { camelKeys } from "./camel_keys.ts";
import { resolveExpect } from "./resolve_expect.ts";

/** Settings with the contents of the files that they name. */
export type WithFiles<T extends SiteConfig | DefaultsConfig> =
  & Omit<T, "body">
  & { readonly body?: string };

export interface ResolveSiteOptions {
  readonly name: string;
  readonly defaults: WithFiles<DefaultsConfig>;
  /** The top level's, where neither the site nor the defaults have one. */
  readonly intervalMs: number;
}

/** The site in the scanner's form. */
export function resolveSite(
  site: WithFiles<SiteConfig>,
  { name, defaults, intervalMs }: ResolveSiteOptions,
): Site {
  const {
    interval = intervalMs,
    timeout,
    connect_timeout,
    expect,
    redirects,
    max_body_bytes,
    tls,
    auth,
    ip_version,
    retries,
    ...same
  } = inherit(defaults, site);
  const expected = resolveExpect(expect);
  return {
    ...same,
    name,
    intervalMs: interval,
    timeoutMs: timeout,
    connectTimeoutMs: connect_timeout,
    ...(expected && { expect: expected }),
    ...redirectsOf(redirects),
    bodyBytesMax: max_body_bytes,
    tls: { insecure: false, ...camelKeys(tls) },
    ...(auth && { auth: auth as SiteAuth }),
    ...(ip_version && { ipVersion: ip_version }),
    ...(retries && { retries: retriesOf(retries) }),
  };
}

function redirectsOf(redirects: DefaultsConfig["redirects"]) {
  if (typeof redirects === "number") return { redirectsMax: redirects };
  const { max, allow_downgrade } = redirects;
  return { redirectsMax: max, ...(allow_downgrade && { allowsDowngrade: true }) };
}

function retriesOf({ delay, ...same }: NonNullable<DefaultsConfig["retries"]>) {
  return { ...same, delayMs: delay };
}

/** What is inherited key by key; everything else is inherited as a whole. */
interface Inherited {
  readonly headers?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly expect?: object;
  readonly tls?: object;
}

/** The defaults, overridden by the site. Names of headers are case-insensitive. */
export function inherit<D extends Inherited, S extends Inherited>(defaults: D, site: S) {
  const headers: Readonly<Record<string, string>> = {
    ...without(defaults.headers ?? {}, site.headers ?? {}),
    ...site.headers,
  };
  const labels: Readonly<Record<string, string>> = { ...defaults.labels, ...site.labels };
  const expect = { ...defaults.expect, ...site.expect } as NonNullable<D["expect"]>;
  const tls = { ...defaults.tls, ...site.tls } as NonNullable<D["tls"]>;
  return { ...defaults, ...site, headers, labels, expect, tls };
}

function without(
  headers: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>>,
): Record<string, string> {
  const taken = new Set(Object.keys(others).map((name) => name.toLowerCase()));
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !taken.has(name.toLowerCase())),
  );
}
