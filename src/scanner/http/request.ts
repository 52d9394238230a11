/** The bytes of a request, made once for each site. */
import { Buffer } from "node:buffer";
import type { Site } from "../../config/site.ts";
import { TRACEPARENT } from "../../runtime/telemetry/traceparent.ts";
import { basicAuthorization, basicOf } from "./authorization.ts";
import { VisitError } from "../connection/failure.ts";
import { firstPlan, type VisitPlan } from "./visit_plan.ts";

/** sitemon sets these itself; a configured one would contradict it. */
const OWN_HEADERS = ["connection", "content-length", "transfer-encoding"];

type Request = Pick<
  VisitPlan,
  "url" | "isSecure" | "endpoint" | "method" | "headers" | "body" | "cookie" | "auth" | "proxy"
>;

/** Keeps plans and requests as long as somebody keeps the site. */
export class RequestCache {
  readonly #userAgent: string;
  readonly #plans = new WeakMap<Site, VisitPlan>();
  readonly #requests = new WeakMap<VisitPlan, Uint8Array>();

  constructor(userAgent: string) {
    this.#userAgent = userAgent;
  }

  /** The visit that a site's check begins with. */
  planOf(site: Site): VisitPlan {
    const known = this.#plans.get(site);
    if (known !== undefined) return known;
    const plan = firstPlan(site);
    this.#plans.set(site, plan);
    return plan;
  }

  /**
   * The bytes of a visit's request; kept as long as its plan, unless they name a span, which is
   * another one each time. Throws {@linkcode VisitError} for what would break out of its line.
   */
  requestOf(plan: VisitPlan, traceparent?: string): Uint8Array {
    if (traceparent !== undefined) {
      const headers = { [TRACEPARENT]: traceparent, ...plan.headers };
      return requestBytes({ ...plan, headers }, this.#userAgent);
    }
    const known = this.#requests.get(plan);
    if (known !== undefined) return known;
    const request = requestBytes(plan, this.#userAgent);
    this.#requests.set(plan, request);
    return request;
  }
}

/** The bytes of a request: configured headers override the defaults, except those of the framing. */
function requestBytes(request: Request, userAgent: string): Uint8Array {
  const { body, cookie } = request;
  const headers = new Map<string, string>([
    ["host", request.url.host],
    ["user-agent", userAgent],
    ["accept", "*/*"],
    ["accept-encoding", "gzip, deflate, br"],
  ]);
  const authorization = authorizationOf(request);
  if (authorization !== undefined) headers.set("authorization", authorization);
  for (const [name, value] of Object.entries(request.headers)) {
    if (!OWN_HEADERS.includes(name.toLowerCase())) headers.set(name.toLowerCase(), utf8(value));
  }
  if (cookie !== undefined) headers.set("cookie", joinedCookies(headers.get("cookie"), cookie));
  const contentLength = contentLengthOf(request);
  if (contentLength !== undefined) headers.set("content-length", String(contentLength));
  headers.set("connection", "close");
  const head = headText(`${request.method} ${targetOf(request, headers)} HTTP/1.1`, headers);
  return Buffer.from(`${head}${utf8(body ?? "")}`, "latin1");
}

/** A text's bytes, each as the character that Latin-1 has for it: what a site sent goes back as it was. */
function utf8(text: string): string {
  return Buffer.from(text).toString("latin1");
}

/** Those of the configuration, but for the ones that the site has replaced since, and the site's. */
function joinedCookies(configured: string | undefined, set: string): string {
  if (configured === undefined) return set;
  const nameOf = (pair: string) => pair.split("=", 1)[0]!.trim();
  const replaced = set.split("; ").map(nameOf);
  const kept = configured.split(";").map((pair) => pair.trim())
    .filter((pair) => !replaced.includes(nameOf(pair)));
  return [...kept, set].join("; ");
}

/** A method that is for a body says that there is none: RFC 9110, section 8.6. */
function contentLengthOf({ method, body }: Request): number | undefined {
  if (body !== undefined) return Buffer.byteLength(body);
  return ["POST", "PUT", "PATCH"].includes(method) ? 0 : undefined;
}

function authorizationOf({ auth, url }: Request): string | undefined {
  if (auth === undefined) return basicAuthorization(url);
  if ("bearer" in auth) return `Bearer ${auth.bearer}`;
  return basicOf(auth.basic.username, auth.basic.password);
}

/** The url without credentials and fragment: what may be logged, stored and sent. */
export function withoutCredentials(url: URL): URL {
  const bare = new URL(url);
  bare.username = "";
  bare.password = "";
  bare.hash = "";
  return bare;
}

function targetOf(
  { url, isSecure, endpoint, proxy }: Request,
  headers: Map<string, string>,
): string {
  if (proxy === undefined || isSecure) return `${url.pathname}${url.search}`;
  const authorization = basicAuthorization(proxy);
  if (authorization !== undefined) headers.set("proxy-authorization", authorization);
  return `http://${endpoint}${url.pathname}${url.search}`;
}

function headText(requestLine: string, headers: Map<string, string>): string {
  const lines = [requestLine];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  // A line break would begin another header.
  if (lines.some((line) => /[\r\n\0]/.test(line))) {
    throw new VisitError("internal", "line break in the configured method or headers");
  }
  return `${lines.join("\r\n")}\r\n\r\n`;
}
