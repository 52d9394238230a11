/** What the checks of one scanner share: where they may go, name lookups, certificates, clock. */
import type { Clock } from "../runtime/clock.ts";
import type { Telemetry } from "../runtime/telemetry.ts";
import { AddressPolicy, type AddressPolicyOptions } from "./address_policy.ts";
import { CertificateCache } from "./certificate_cache.ts";
import { NameLookups } from "./name_lookups.ts";
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
}

export interface CheckContext {
  readonly location: string;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly addressPolicy: AddressPolicy;
  readonly permittedHosts: PermittedHosts;
  readonly lookups: NameLookups;
  readonly certificates: CertificateCache;
}

/** Makes the context of a scanner's checks; throws when an entry of the address policy is wrong. */
export function checkContext(options: CheckContextOptions): CheckContext {
  const { clock, telemetry } = options;
  return {
    location: options.location,
    userAgent: `sitemon/${options.version}`,
    clock,
    addressPolicy: new AddressPolicy(options.addressPolicy),
    permittedHosts: new PermittedHosts(options.urls, options.allowHosts),
    lookups: new NameLookups({ clock, telemetry }),
    certificates: new CertificateCache(clock),
  };
}
