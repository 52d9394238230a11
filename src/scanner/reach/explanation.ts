/** Why a check may or may not go somewhere: the decisions of the host list and the address policy. */
import type { AddressDecision, AddressPolicy } from "./address_policy.ts";
import { failureOf } from "../connection/failure.ts";
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

/** A url, and the proxy that stands before it: then the connection goes to the proxy's addresses. */
export interface ExplainedRoute {
  readonly url: string;
  readonly proxy?: string;
}

/** Explains where a url leads, without connecting to it; it never rejects for a failed lookup. */
export async function explain(
  route: ExplainedRoute,
  { permittedHosts, addressPolicy, lookups }: {
    readonly permittedHosts: PermittedHosts;
    readonly addressPolicy: AddressPolicy;
    readonly lookups: NameLookups;
  },
  signal: AbortSignal,
): Promise<Explanation> {
  const url = new URL(route.url);
  let addresses: ExplainedAddress[] = [];
  let lookup_failure: string | null = null;
  try {
    const found = await lookups.addressesOf(hostOf(new URL(route.proxy ?? route.url)), signal);
    addresses = found.map((address) => {
      const { isDenied, ...rule } = addressPolicy.decide(address);
      return { address, is_denied: isDenied, ...rule };
    });
  } catch (error) {
    lookup_failure = failureOf(error).detail;
  }
  const is_host_permitted = permittedHosts.permits(url);
  const isAllowed = lookup_failure === null && addresses.every(({ is_denied }) => !is_denied);
  return {
    endpoint: endpointOf(url),
    host: url.hostname,
    is_host_permitted,
    permitted_hosts: permittedHosts.endpoints,
    addresses,
    lookup_failure,
    is_visited: is_host_permitted && isAllowed,
  };
}
