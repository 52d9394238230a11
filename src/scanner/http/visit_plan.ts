/** What a visit asks, and how it gets there: plain data, made once for each site. */
import type { Site, SiteAuth, SiteTls } from "../../config/site.ts";

/** How a connection is opened. */
export interface Route {
  readonly url: URL;
  /** True to speak TLS. */
  readonly isSecure: boolean;
  /** For name, TCP, proxy and TLS together. */
  readonly connectTimeoutMs: number;
  readonly tls: SiteTls;
  readonly ipVersion?: 4 | 6;
  /** The proxy that takes plain requests with the whole url in them. */
  readonly proxy?: URL;
}

/** The plan of one visit. */
export interface VisitPlan extends Route {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** In place of the url's credentials. */
  readonly auth?: SiteAuth;
  /** Decoded bytes of the body that are read. */
  readonly bodyBytesMax: number;
  /** True to say in the header `traceparent` which span this visit is. */
  readonly namesSpan?: boolean;
}

/** The plan of the visit that a site's check begins with. */
export function firstPlan(site: Site): VisitPlan {
  const { method, headers, body, connectTimeoutMs, tls, ipVersion, proxy, bodyBytesMax } = site;
  const { auth, traceparent } = site;
  const url = new URL(site.url);
  return {
    url,
    isSecure: url.protocol === "https:",
    method,
    headers,
    connectTimeoutMs,
    tls,
    bodyBytesMax,
    ...(body === undefined ? {} : { body }),
    ...(auth === undefined ? {} : { auth }),
    ...(traceparent === undefined ? {} : { namesSpan: traceparent }),
    ...(ipVersion === undefined ? {} : { ipVersion }),
    ...(proxy === undefined ? {} : { proxy: new URL(proxy) }),
  };
}
