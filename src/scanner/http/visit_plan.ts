/** What a visit asks, and how it gets there: plain data, made once for each site. */
import type { Site, SiteAuth } from "../../config/site.ts";
import type { Preamble, Route } from "../connection/route.ts";
import { endpointOf, hostOf, portOf } from "../reach/permitted_hosts.ts";
import { openTunnel } from "./proxy_tunnel.ts";

/** The plan of one visit. */
export interface VisitPlan extends Route {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Cookies that visits before it brought, in Latin-1; they add to a configured header. */
  readonly cookie?: string;
  /** In place of the url's credentials. */
  readonly auth?: SiteAuth;
  /** Decoded bytes of the body that are read. */
  readonly bodyBytesMax: number;
  /** True to say in the header `traceparent` which span this visit is. */
  readonly namesSpan?: boolean;
}

/** What follows from a url and the proxy before it. */
export function routeTo(
  url: URL,
  { proxy, ipVersion }: { readonly proxy?: URL; readonly ipVersion?: 4 | 6 | undefined },
): Pick<Route, "url" | "isSecure" | "endpoint" | "tcp" | "permission" | "proxy" | "preamble"> {
  const first = proxy ?? url;
  const [host, port] = [hostOf(first), portOf(first)];
  const isSecure = url.protocol === "https:";
  const endpoint = endpointOf(url);
  return {
    url,
    isSecure,
    endpoint,
    tcp: { host, port, ipVersion },
    permission: endpointOf(first),
    ...(proxy === undefined ? {} : { proxy }),
    ...(proxy === undefined || !isSecure ? {} : { preamble: tunnelThrough(proxy, endpoint) }),
  };
}

function tunnelThrough(proxy: URL, endpoint: string): Preamble {
  return { name: "proxy", speak: (stream) => openTunnel(stream, proxy, endpoint) };
}

/** The plan of the visit that a site's check begins with. */
export function firstPlan(site: Site): VisitPlan {
  const { method, headers, body, connectTimeoutMs, tls, ipVersion, proxy, bodyBytesMax } = site;
  const { auth, traceparent } = site;
  const way = proxy === undefined ? { ipVersion } : { ipVersion, proxy: new URL(proxy) };
  return {
    ...routeTo(new URL(site.url), way),
    method,
    headers,
    connectTimeoutMs,
    tls,
    bodyBytesMax,
    ...(body === undefined ? {} : { body }),
    ...(auth === undefined ? {} : { auth }),
    ...(traceparent === undefined ? {} : { namesSpan: traceparent }),
  };
}
