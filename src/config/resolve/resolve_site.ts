/** A site with all that it inherits, in the program's units. */
import { inherit } from "./inherit.ts";
import { resolveExpect } from "./resolve_expect.ts";
import type { DefaultsConfig, SiteConfig } from "../schema/site_schema.ts";
import type { Site } from "../site.ts";

/** Settings whose paths were replaced by what the files hold. */
export type WithFiles<T extends SiteConfig | DefaultsConfig> =
  & Omit<T, "body">
  & { readonly body?: string };

export interface ResolveSiteOptions {
  readonly name: string;
  readonly defaults: WithFiles<DefaultsConfig>;
  /** The top level's, for sites and defaults that say nothing. */
  readonly intervalMs: number;
}

/** The site as the scanner gets it. */
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
    tls: { server_name, insecure = false, ...pem },
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
    tls: { ...pem, insecure, ...(server_name && { serverName: server_name }) },
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
