/** The route and the answer of protocols that have neither a proxy nor a status and headers. */
import type { Site } from "../../config/site.ts";
import { RESPONSE_TIME_MAX } from "../../report/bounds.ts";
import type { Answer } from "../probe.ts";
import { endpointOf, hostOf, portOf } from "../reach/permitted_hosts.ts";
import type { Certificate } from "./byte_stream.ts";
import type { Route } from "./route.ts";
import type { Visit } from "./visit.ts";

const NO_HEADERS: Answer["headers"] = new Map();

/** The route straight to a url. */
export function plainRoute(url: URL, { connectTimeoutMs, tls, ipVersion }: Site): Route {
  const endpoint = endpointOf(url);
  return {
    url,
    isSecure: false,
    endpoint,
    tcp: { host: hostOf(url), port: portOf(url), ipVersion },
    permission: endpoint,
    connectTimeoutMs,
    tls,
  };
}

/** What a visit brought back that took so long. */
export function plainAnswer(visit: Visit, tookMs: number, certificate: Certificate): Answer {
  const { plan, failure, body, isTruncated, timings, remoteAddress } = visit;
  return {
    isAnswered: failure === undefined || body.length > 0,
    failure,
    status: null,
    headers: NO_HEADERS,
    body,
    isTruncated,
    responseTimeMs: Math.min(Math.round(tookMs), RESPONSE_TIME_MAX),
    certificate,
    isSecure: plan.isSecure,
    timings,
    hops: [],
    remoteAddress,
    httpVersion: null,
    finalUrl: undefined,
  };
}
