/** Why a check may or may not go somewhere: the decisions of the host list and the address policy. */
import type { AddressDecision, AddressPolicy } from "./address_policy.ts";
import { lookupFailure } from "../http/failure.ts";
import type { NameLookups } from "./name_lookups.ts";
import { endpointOf, hostOf, type PermittedHosts } from "./permitted_hosts.ts";

/** An address of the host, and what the policy says about it. */
export interface ExplainedAddress extends Omit<AddressDecision, "isDenied"> {
  readonly address: string;
  readonly is_denied: boolean;
}

/** All that decides whether a url may be visited; in snake_case, since `--json` prints it so. */
export interface Explanation {
  /** `host:port`, after every notation of an address was undone. */
  readonly endpoint: string;
  readonly host: string;
  readonly is_host_permitted: boolean;
  /** What the configuration permits. */
  readonly permitted_hosts: readonly string[];
  readonly addresses: readonly ExplainedAddress[];
  /** Why there are no addresses. */
  readonly lookup_failure: string | null;
  /** True when a check would send its request. */
  readonly is_visited: boolean;
}

export interface ExplanationOptions {
  readonly permittedHosts: PermittedHosts;
  readonly addressPolicy: AddressPolicy;
  readonly lookups: NameLookups;
  readonly signal: AbortSignal;
}

/** A url, and the proxy that stands before it: then the connection goes to the proxy's addresses. */
export interface ExplainedRoute {
  readonly url: string;
  readonly proxy?: string;
}

/** Explains where a url leads, without connecting to it; it never rejects for a failed lookup. */
export async function explain(
  route: ExplainedRoute,
  options: ExplanationOptions,
): Promise<Explanation> {
  const { permittedHosts, addressPolicy } = options;
  const url = new URL(route.url);
  const isHostPermitted = permittedHosts.permits(url);
  const { found, failure } = await addressesOf(hostOf(new URL(route.proxy ?? route.url)), options);
  const addresses = found.map((address) => explained(address, addressPolicy));
  return {
    endpoint: endpointOf(url),
    host: url.hostname,
    is_host_permitted: isHostPermitted,
    permitted_hosts: permittedHosts.endpoints,
    addresses,
    lookup_failure: failure,
    is_visited: isHostPermitted && failure === null &&
      addresses.every(({ is_denied }) => !is_denied),
  };
}

async function addressesOf(host: string, { lookups, signal }: ExplanationOptions) {
  try {
    return { found: await lookups.addressesOf(host, signal), failure: null };
  } catch (error) {
    return { found: [], failure: lookupFailure(error).detail };
  }
}

function explained(address: string, policy: AddressPolicy): ExplainedAddress {
  const { isDenied, ...rule } = policy.decide(address);
  return { address, is_denied: isDenied, ...rule };
}
