/**
 * Opens the connection of a visit: name, TCP, preamble, TLS, each phase timed, and the address policy
 * asked before a byte is sent.
 */
import type { CheckContext } from "../check_context.ts";
import type { CheckRun } from "../check_run.ts";
import { endpointOf, hostOf, notNamed } from "../reach/permitted_hosts.ts";
import type { ByteStream, Endpoint, TcpStream } from "./byte_stream.ts";
import { onAbort } from "../../runtime/deadline.ts";
import { readTrust } from "../../runtime/tls/certificate_chain.ts";
import { connectByDeno } from "./deno_stream.ts";
import { type FailureDetail, failureOf, VisitError } from "./failure.ts";
import { connectByNode } from "./node_stream.ts";
import type { Visit } from "./visit.ts";
import type { Route } from "./route.ts";

/** What is being waited for. */
type Step = "dns" | "connect" | "preamble" | "tls";

/** An address is given this long at least, as RFC 8305 has it; the connect timeout ends them all. */
const ATTEMPT_MS_MIN = 250;

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
  const endMs = context.clock.monotonicMs() + plan.connectTimeoutMs;
  let tcp: TcpStream | undefined;
  let step: Step = "dns";
  try {
    requirePermission(plan, context);
    const addresses = isAddress(plan.tcp.host)
      ? allowed([plan.tcp.host], visit, context)
      : await lookUp(visit, context, signal);
    if (plan.open !== undefined) return plan.open(addresses);
    step = "connect";
    visit.startPhase("connect");
    tcp = needsNode(plan, context)
      ? await connectByNode(plan.tcp, {
        signal,
        attemptMs: Math.max(
          ATTEMPT_MS_MIN,
          (endMs - context.clock.monotonicMs()) / addresses.length,
        ),
        mayTry: (address) => isWanted(address, plan.tcp) && !context.addressPolicy.denies(address),
      })
      : await connectByDeno(plan.tcp, signal);
    visit.endPhase();
    visit.remoteAddress = tcp.remoteAddress;
    // The name may have led elsewhere by now.
    requireAllowed(tcp.remoteAddress, visit, context);
    if (!plan.isSecure) return tcp;
    if (plan.preamble !== undefined) {
      step = "preamble";
      using _ = onAbort(signal, () => tcp?.close());
      await plan.preamble.speak(tcp);
    }
    step = "tls";
    return await secure(tcp, visit, { context, signal });
  } catch (error) {
    tcp?.close();
    const { reason, detail } = stepFailure(error, step, {
      plan,
      timedOutMs: timedOutMs(plan, signal, run),
    });
    const isProxys = plan.proxy !== undefined && step !== "tls" &&
      reason !== "blocked_by_policy" && reason !== "internal";
    throw connectionError(plan, { reason: isProxys ? "proxy" : reason, detail }, error);
  } finally {
    run.connected();
  }
}

/** What a report says of a connection that there is none of. */
export function connectionError(
  { proxy, endpoint }: Route,
  { reason, detail }: FailureDetail,
  cause: unknown,
): VisitError {
  const through = proxy === undefined ? "" : ` through proxy ${endpointOf(proxy)}`;
  return new VisitError(reason, `Cannot connect to ${endpoint}${through}: ${detail}`, { cause });
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

function stepFailure(
  error: unknown,
  step: Step,
  { plan, timedOutMs }: { readonly plan: Route; readonly timedOutMs: number | undefined },
): FailureDetail {
  if (timedOutMs !== undefined && step !== "dns" && !(error instanceof VisitError)) {
    const preamble = plan.preamble?.name;
    const what = { connect: "connection", preamble, tls: "TLS handshake" }[step];
    return { reason: "connect_timeout", detail: `${what} timed out after ${timedOutMs / 1_000} s` };
  }
  const failure = failureOf(error);
  if (step !== "tls" || failure.reason !== "reset") return failure;
  return { reason: "reset", detail: "connection closed during the TLS handshake" };
}

/** Asked first: a denied name surfaces as errors that nobody can read, some of them uncaught. */
function requirePermission(
  { url, endpoint, tcp, permission }: Route,
  { permittedHosts, hasPermission }: CheckContext,
): void {
  if (!permittedHosts.permits(url, endpoint)) {
    throw new VisitError("blocked_by_policy", notNamed(tcp.host));
  }
  if (!hasPermission(permission)) throw new Deno.errors.NotCapable(`no access to ${permission}`);
}

/** The addresses of the visit's name that can be tried. */
async function lookUp(
  visit: Visit,
  context: CheckContext,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { tcp } = visit.plan;
  visit.startPhase("dns");
  const addresses = await context.lookups.addressesOf(tcp.host, signal);
  visit.endPhase();
  const wanted = allowed(addresses, visit, context).filter((address) => isWanted(address, tcp));
  if (wanted.length === 0) throw new VisitError("dns", `host has no IPv${tcp.ipVersion} address`);
  return wanted;
}

/**
 * The addresses themselves. Throws {@linkcode VisitError} when one of them is denied: a name that leads
 * there may lead there alone the next time.
 */
function allowed(
  addresses: readonly string[],
  visit: Visit,
  context: CheckContext,
): readonly string[] {
  for (const address of addresses) requireAllowed(address, visit, context);
  return addresses;
}

/** An address is of the site's IP version, or was written into its url. */
function isWanted(address: string, { host, ipVersion }: Endpoint): boolean {
  return ipVersion === undefined || isAddress(host) || address.includes(":") === (ipVersion === 6);
}

function requireAllowed(address: string, visit: Visit, { addressPolicy }: CheckContext): void {
  if (!addressPolicy.denies(address)) return;
  visit.remoteAddress = address;
  const remedy = "to allow it, add the address to address_policy.allow";
  throw new VisitError("blocked_by_policy", `address_policy denies ${address}; ${remedy}`);
}

function needsNode(
  { url, isSecure, readsCertificate, tls, tcp }: Route,
  { hungHandshakes }: CheckContext,
): boolean {
  return (isSecure && readsCertificate) || tls.insecure || tls.cert !== undefined ||
    tcp.ipVersion !== undefined ||
    (tls.ca !== undefined && readTrust(tls.ca).isOfServer) || hungHandshakes.has(url.host);
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
    visit.chain = stream.chain ?? [];
    visit.tlsVersion = stream.version;
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
