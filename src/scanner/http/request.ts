/** The bytes of a request. */
import { VisitError } from "./visit_error.ts";
import type { VisitPlan } from "./visit_plan.ts";

/** sitemon sets these itself; a configured one would contradict it. */
const OWN_HEADERS = ["connection", "content-length", "transfer-encoding"];

type Request = Pick<
  VisitPlan,
  "url" | "isSecure" | "endpoint" | "method" | "headers" | "body" | "auth" | "proxy"
>;

/** The bytes of a request: configured headers override the defaults, except those of the framing. */
export function requestBytes(request: Request, userAgent: string): Uint8Array {
  const body = new TextEncoder().encode(request.body ?? "");
  const headers = new Map<string, string>([
    ["host", request.url.host],
    ["user-agent", userAgent],
    ["accept", "*/*"],
    ["accept-encoding", "gzip, deflate, br"],
  ]);
  const authorization = authorizationOf(request);
  if (authorization !== undefined) headers.set("authorization", authorization);
  for (const [name, value] of Object.entries(request.headers)) {
    if (!OWN_HEADERS.includes(name.toLowerCase())) headers.set(name.toLowerCase(), value);
  }
  if (request.body !== undefined) headers.set("content-length", String(body.length));
  headers.set("connection", "close");
  const head = headText(`${request.method} ${targetOf(request, headers)} HTTP/1.1`, headers);
  return concatenate(new TextEncoder().encode(head), body);
}

function authorizationOf({ auth, url }: Request): string | undefined {
  if (auth === undefined) return basicAuthorization(url);
  if ("bearer" in auth) return `Bearer ${auth.bearer}`;
  return basicOf(auth.basic.username, auth.basic.password);
}

/** The value of `authorization` for a url with credentials. */
export function basicAuthorization({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  return basicOf(decode(username), decode(password));
}

/** @see https://www.rfc-editor.org/rfc/rfc7617 */
function basicOf(username: string, password: string): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
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

/** A percent sign that begins no escape is kept as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
