/** What the checks of one scanner share: where they may go, name lookups, certificates, clock. */
import type { Clock } from "../runtime/clock.ts";
import { type Redact, redactor } from "../runtime/telemetry/redaction.ts";
import type { Telemetry } from "../runtime/telemetry/telemetry.ts";
import { AddressPolicy, type AddressPolicyOptions } from "./reach/address_policy.ts";
import { KnownCertificates } from "./connection/known_certificates.ts";
import type { CheckTraces } from "./check_trace.ts";
import { RequestCache } from "./http/request.ts";
import { compileJsonPath, type JsonPath } from "./expect/json_path.ts";
import { OwnFaults } from "./own_faults.ts";
import { NameLookups, type ResolveName } from "./reach/name_lookups.ts";
import { compilePattern, type Pattern } from "./expect/pattern.ts";
import { PermittedHosts } from "./reach/permitted_hosts.ts";
import { ReadBuffers } from "./connection/read_buffers.ts";
import { memoize } from "../runtime/memoize.ts";
import { SharedTimers, type Timers } from "../runtime/shared_timers.ts";

/** Where checks may go, and what their reports must not contain. */
export interface CheckTargets {
  /** Urls of every site of the configuration; their hosts are permitted. */
  readonly urls: readonly string[];
  /** More hosts that redirects may lead to: `host` or `host:port`. */
  readonly allowHosts?: readonly string[];
  readonly addressPolicy?: AddressPolicyOptions;
  /** Texts that no report may hold. */
  readonly secrets?: readonly string[];
}

export interface CheckContextOptions extends CheckTargets {
  readonly location: string;
  /** Version of sitemon, sent to sites in the header `user-agent`. */
  readonly version: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly traces?: CheckTraces;
  /** The system's resolver unless a test hands in its own. */
  readonly resolve?: ResolveName;
}

/** Made by {@linkcode checkContext}; it lives as long as its scanner. */
export interface CheckContext {
  readonly location: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly addressPolicy: AddressPolicy;
  readonly permittedHosts: PermittedHosts;
  /** True when Deno's own permissions let this thread talk to `host:port`. */
  readonly hasPermission: (endpoint: string) => boolean;
  readonly lookups: NameLookups;
  /** Absent where nobody reads certificates, so that none is asked for. */
  readonly certificates?: KnownCertificates;
  readonly patternOf: (source: string) => Pattern;
  readonly jsonPathOf: (source: string) => JsonPath;
  readonly redact: Redact;
  readonly ownFaults: OwnFaults;
  /** Says whether this machine is online; always, when absent. */
  readonly connectivity?: { isOnline(): Promise<boolean> };
  readonly requests: RequestCache;
  readonly readBuffers: ReadBuffers;
  /**
   * Hosts (and ports) whose last TLS handshake had to be abandoned. A TLS connection of Deno that is
   * closed within its handshake keeps its socket until the peer hangs up (Deno 2.9.6).
   */
  readonly hungHandshakes: Set<string>;
  /** Asked before each connection and each request; absent where the sites are not shared. */
  readonly mayVisit?: () => boolean;
  /** Absent when nothing is traced. */
  readonly traces?: CheckTraces;
}

/** Makes the context of a scanner's checks; throws when an entry of the address policy is wrong. */
export function checkContext(options: CheckContextOptions): CheckContext {
  const { clock, telemetry, resolve, traces } = options;
  return {
    location: options.location,
    clock,
    timers: new SharedTimers(clock),
    addressPolicy: new AddressPolicy(options.addressPolicy),
    permittedHosts: new PermittedHosts(options.urls, options.allowHosts),
    hasPermission: memoize(hasNetPermission),
    lookups: new NameLookups(clock, telemetry, resolve),
    certificates: new KnownCertificates(clock, telemetry),
    patternOf: memoize(compilePattern),
    jsonPathOf: memoize(compileJsonPath),
    redact: redactor(options.secrets ?? []),
    ownFaults: new OwnFaults(clock, telemetry),
    requests: new RequestCache(`sitemon/${options.version}`),
    readBuffers: new ReadBuffers(),
    hungHandshakes: new Set(),
    ...(traces === undefined ? {} : { traces }),
  };
}

/** The context with other targets; what is known of names and certificates is kept. */
export function withTargets(context: CheckContext, targets: CheckTargets): CheckContext {
  const { connectivity: _, mayVisit: _mayVisit, ...kept } = context;
  return {
    ...kept,
    redact: redactor(targets.secrets ?? []),
    addressPolicy: new AddressPolicy(targets.addressPolicy),
    permittedHosts: new PermittedHosts(targets.urls, targets.allowHosts),
  };
}

/** Asked once for each endpoint: the permissions of a thread never change. */
function hasNetPermission(host: string): boolean {
  return Deno.permissions.querySync({ name: "net", host }).state === "granted";
}
