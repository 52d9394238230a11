/** What the checks of one scanner share: where they may go, name lookups, certificates, clock. */
import type { Clock } from "../runtime/clock.ts";
import type { Telemetry } from "../runtime/telemetry.ts";
import { AddressPolicy, type AddressPolicyOptions } from "./address_policy.ts";
import { CertificateCache } from "./certificate_cache.ts";
import { NameLookups, type ResolveName } from "./name_lookups.ts";
import { PatternCache } from "./pattern.ts";
import { PermittedHosts } from "./permitted_hosts.ts";

export interface CheckContextOptions {
  /** Urls of every site of the configuration: what names a host permits it. */
  readonly urls: readonly string[];
  /** More hosts that redirects may lead to: `host` or `host:port`. */
  readonly allowHosts?: readonly string[];
  readonly addressPolicy?: AddressPolicyOptions;
  readonly location: string;
  /** Version of sitemon, told to sites in the header `user-agent`. */
  readonly version: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** The system's resolver unless a test hands in its own. */
  readonly resolve?: ResolveName;
}

/** Made by {@linkcode checkContext}; it lives as long as its scanner. */
export interface CheckContext {
  readonly location: string;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly addressPolicy: AddressPolicy;
  readonly permittedHosts: PermittedHosts;
  readonly lookups: NameLookups;
  readonly certificates: CertificateCache;
  readonly patterns: PatternCache;
  /**
   * Hosts (and ports) whose last TLS handshake had to be abandoned. A TLS connection of Deno that is
   * closed within its handshake keeps its socket until the peer hangs up (Deno 2.9.6).
   */
  readonly hungHandshakes: Set<string>;
}

/** Makes the context of a scanner's checks; throws when an entry of the address policy is wrong. */
export function checkContext(options: CheckContextOptions): CheckContext {
  const { clock, telemetry, resolve } = options;
  return {
    location: options.location,
    userAgent: `sitemon/${options.version}`,
    clock,
    addressPolicy: new AddressPolicy(options.addressPolicy),
    permittedHosts: new PermittedHosts(options.urls, options.allowHosts),
    lookups: new NameLookups({ clock, telemetry, ...(resolve === undefined ? {} : { resolve }) }),
    certificates: new CertificateCache(clock),
    patterns: new PatternCache(),
    hungHandshakes: new Set(),
  };
}
