/**
 * Opens the connection of a visit: name, TCP, proxy, TLS, each phase timed, and the address policy
 * asked before a byte is sent.
 */
import type { CheckContext } from "../check_context.ts";
import type { CheckRun } from "../check_run.ts";
import { endpointOf, hostOf, notNamed } from "../reach/permitted_hosts.ts";
import type { ByteStream, ConnectTcp, TcpStream } from "./byte_stream.ts";
import { onAbort } from "../../runtime/deadline.ts";
import { connectByDeno } from "./deno_stream.ts";
import {
  connectionFailure,
  type FailureDetail,
  lookupFailure,
  tlsFailure,
  VisitError,
} from "./failure.ts";
import { connectByNode } from "./node_stream.ts";
import { basicAuthorization } from "./request.ts";
import { ResponseError, ResponseParser } from "./response_parser.ts";
import type { Visit } from "./visit.ts";
import type { Route } from "./visit_plan.ts";

/** What is being waited for. */
type Step = "dns" | "connect" | "proxy" | "tls";

/**
 * Opens a connection that the protocol of the visit can be spoken on. Rejects with
 * {@linkcode VisitError}, within the connect timeout or when the run is over, and leaves nothing
 * open then.
 */
export async function openConnection(
  visit: Visit,
  context: CheckContext,
  run: CheckRun,
): Promise<ByteStream> {
  const { plan } = visit;
  const signal = run.connecting(plan.connectTimeoutMs);
  let tcp: TcpStream | undefined;
  let step: Step = "dns";
  try {
    const { tcp: endpoint, tcp: { host } } = plan;
    requirePermission(plan, context);
    if (isAddress(host)) {
      requireAllowed(host, visit, context);
    } else {
      visit.startPhase("dns");
      const addresses = await context.lookups.addressesOf(host, signal);
      visit.endPhase();
      for (const address of addresses) requireAllowed(address, visit, context);
    }
    step = "connect";
    visit.startPhase("connect");
    tcp = await connectTcp(plan, context)(endpoint, signal);
    visit.endPhase();
    visit.remoteAddress = tcp.remoteAddress;
    // The name may have led elsewhere by now.
    requireAllowed(tcp.remoteAddress, visit, context);
    if (!plan.isSecure) return tcp;
    if (plan.proxy !== undefined) {
      step = "proxy";
      using _ = onAbort(signal, () => tcp?.close());
      await openTunnel(tcp, plan.proxy, plan.endpoint);
    }
    step = "tls";
    return await secure(tcp, visit, { context, signal });
  } catch (error) {
    tcp?.close();
    const { reason, detail } = failureOf(error, step, timedOutMs(plan, signal, run));
    const { proxy, endpoint } = plan;
    const isSites = proxy === undefined || step === "tls" || reason === "blocked_by_policy";
    const through = proxy === undefined ? "" : ` through proxy ${endpointOf(proxy)}`;
    const text = `Cannot connect to ${endpoint}${through}: ${detail}`;
    throw new VisitError(isSites ? reason : "proxy", text, { cause: error });
  } finally {
    run.connected();
  }
}

/** How long was waited when the signal aborted; `undefined` when it did not. */
function timedOutMs(
  { connectTimeoutMs }: Route,
  signal: AbortSignal,
  { isOver, timeoutMs }: CheckRun,
): number | undefined {
  if (!signal.aborted) return undefined;
  return isOver ? Math.min(timeoutMs, connectTimeoutMs) : connectTimeoutMs;
}

function failureOf(error: unknown, step: Step, timedOutMs: number | undefined): FailureDetail {
  if (error instanceof VisitError) return { reason: error.reason, detail: error.message };
  if (step === "dns") return lookupFailure(error);
  if (timedOutMs !== undefined) {
    const what = { connect: "connection", proxy: "proxy", tls: "TLS handshake" }[step];
    return { reason: "connect_timeout", detail: `${what} timed out after ${timedOutMs / 1_000} s` };
  }
  return step === "tls" ? tlsFailure(error) : connectionFailure(error);
}

/** Asked first: a denied name surfaces as errors that nobody can read, some of them uncaught. */
function requirePermission(
  { url, endpoint, tcp, permission }: Route,
  { permittedHosts, hasPermission }: CheckContext,
): void {
  if (permittedHosts.permits(url, endpoint) && hasPermission(permission)) return;
  throw new VisitError("blocked_by_policy", notNamed(tcp.host));
}

function requireAllowed(address: string, visit: Visit, { addressPolicy }: CheckContext): void {
  if (!addressPolicy.denies(address)) return;
  visit.remoteAddress = address;
  const remedy = "to allow it, add the address to address_policy.allow";
  throw new VisitError("blocked_by_policy", `address_policy denies ${address}; ${remedy}`);
}

function connectTcp({ url, tls, tcp }: Route, { hungHandshakes }: CheckContext): ConnectTcp {
  const needsNode = tls.insecure || tls.cert !== undefined || tcp.ipVersion !== undefined ||
    hungHandshakes.has(url.host);
  return needsNode ? connectByNode : connectByDeno;
}

/**
 * Asks the proxy for a connection to `host:port`, after which the stream leads there.
 * Rejects with {@linkcode VisitError} when the proxy refuses.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-connect
 */
async function openTunnel(stream: ByteStream, proxy: URL, target: string): Promise<void> {
  const authorization = basicAuthorization(proxy);
  const lines = [`CONNECT ${target} HTTP/1.1`, `host: ${target}`];
  if (authorization !== undefined) lines.push(`proxy-authorization: ${authorization}`);
  await stream.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
  const status = await readStatus(stream);
  if (status >= 200 && status < 300) return;
  throw new VisitError("proxy", `the proxy answered ${status}`);
}

async function readStatus(stream: ByteStream): Promise<number> {
  const parser = new ResponseParser("CONNECT", 0);
  // One byte at a time: what follows the head belongs to TLS.
  const buffer = new Uint8Array(1);
  try {
    while (parser.head === undefined) {
      const count = await stream.read(buffer);
      if (count === null) throw new VisitError("proxy", "the proxy closed the connection");
      parser.push(buffer, count);
    }
  } catch (error) {
    if (!(error instanceof ResponseError)) throw error;
    throw new VisitError("proxy", "the proxy did not answer in HTTP", { cause: error });
  }
  return parser.head.status;
}

/** Deno cannot hang up within a handshake, node:tls can: one socket is left behind, not one a check. */
async function secure(
  tcp: TcpStream,
  visit: Visit,
  { context, signal }: { readonly context: CheckContext; readonly signal: AbortSignal },
): Promise<ByteStream> {
  const { url, tls } = visit.plan;
  visit.startPhase("tls");
  try {
    const stream = await tcp.secure({ ...tls, serverName: tls.serverName ?? hostOf(url) }, signal);
    visit.endPhase();
    visit.certificate = stream.certificate;
    context.hungHandshakes.delete(url.host);
    return stream;
  } catch (error) {
    if (signal.aborted) context.hungHandshakes.add(url.host);
    throw error;
  }
}

function isAddress(host: string): boolean {
  return host.includes(":") || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}
