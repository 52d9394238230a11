/**
 * A site's certificate, which only node:tls can tell: its dates and issuer, and why it is refused.
 * Where a visit could not tell, it is read over a connection of its own.
 */
import type { Site } from "../../config/site.ts";
import { chainProblem } from "../../runtime/tls/certificate_chain.ts";
import type { TlsProblem } from "../../runtime/tls/tls_problem.ts";
import { DAY_MS } from "../../runtime/time_units.ts";
import type { CheckContext } from "../check_context.ts";
import type { CheckRun } from "../check_run.ts";
import { hostOf } from "../reach/permitted_hosts.ts";
import type { Certificate } from "./byte_stream.ts";
import { connectionError, openConnection } from "./connection.ts";
import { type KnownCertificate, UNKNOWN_CERTIFICATE } from "./known_certificates.ts";
import { helloProblem, readServerHello } from "./server_hello.ts";
import { Visit } from "./visit.ts";
import { VisitError } from "./failure.ts";
import type { Route } from "./route.ts";

const UNKNOWN: KnownCertificate = { certificate: UNKNOWN_CERTIFICATE };

/**
 * The certificate that a visit met: from the visit where it could tell, else as it was seen within
 * the last ten minutes, else read over a connection of its own, which ends when the run is over. If
 * the visit failed since it was refused, its failure then says why.
 *
 * A promise only where it is read: an await in every check would cost half a KB.
 */
export function certificateOf(
  visit: Visit,
  site: Pick<Site, "expect">,
  context: CheckContext,
  run: CheckRun,
): Certificate | Promise<Certificate> {
  const known = knownCertificate(visit, site, context);
  if (known !== undefined) return explained(visit, known);
  return readCertificate(visit, context, run).then((read) => explained(visit, read));
}

function explained(visit: Visit, { certificate, problem }: KnownCertificate): Certificate {
  if (problem !== undefined) explain(visit, problem);
  return certificate;
}

/**
 * `undefined` when it has to be read: for the first time, after ten minutes, while it alarms, and
 * when it was refused.
 */
function knownCertificate(
  visit: Visit,
  site: Pick<Site, "expect">,
  { certificates, clock }: CheckContext,
): KnownCertificate | undefined {
  const { plan, failure, certificate } = visit;
  if (!plan.isSecure) return UNKNOWN;
  if (certificate !== undefined) return { certificate };
  if (certificates === undefined || (failure && !isRefusal(failure))) return UNKNOWN;
  const known = certificates.get(keyOf(plan));
  if (known === undefined) return undefined;
  const isRefused = failure !== undefined;
  if (!known.isRead) return known.isRefused === isRefused ? known : undefined;
  const { expiresAt } = known.certificate;
  const alarmsUntil = clock.nowMicros() + alarmDays(site) * DAY_MS * 1_000;
  const alarms = expiresAt !== null && expiresAt < alarmsUntil;
  return isRefused || alarms ? undefined : known;
}

async function readCertificate(
  { plan, failure }: Visit,
  context: CheckContext,
  run: CheckRun,
): Promise<KnownCertificate> {
  const { clock, certificates } = context;
  // Nothing is sent over it, so that any certificate may be accepted.
  const visit = new Visit({ ...plan, tls: { ...plan.tls, insecure: true } }, clock);
  try {
    (await openConnection(visit, context, run)).close();
  } catch (error) {
    if (!(error instanceof VisitError)) throw error;
    // A fault of this host says nothing about the certificate.
    if (certificates === undefined || error.reason === "internal") return UNKNOWN;
    const problem = hasNothingInCommon(error) ? await readProblem(plan, context, run) : undefined;
    const isRefused = failure !== undefined;
    return certificates.addUnread(keyOf(plan), { cause: error, problem, isRefused });
  }
  const certificate = visit.certificate ?? UNKNOWN_CERTIFICATE;
  const nowMs = clock.nowMicros() / 1_000;
  const problem = failure && chainProblem(visit.chain, { nowMs, ca: plan.tls.ca });
  return certificates?.add(keyOf(plan), { certificate, problem }) ?? { certificate, problem };
}

/** What a server has that shares nothing with sitemon; one behind a preamble is not asked. */
async function readProblem(
  plan: Route,
  context: CheckContext,
  run: CheckRun,
): Promise<TlsProblem | undefined> {
  if (plan.preamble !== undefined) return undefined;
  try {
    const visit = new Visit({ ...plan, isSecure: false }, context.clock);
    const stream = await openConnection(visit, context, run);
    run.closeAtEnd(stream);
    const hello = await readServerHello(stream, plan.tls.serverName ?? hostOf(plan.url));
    return hello && helloProblem(hello);
  } catch {
    // The failure of the visit says what is known.
    return undefined;
  } finally {
    run.close();
  }
}

/** Puts a failure of TLS in the words of the problem that is behind it. */
function explain(visit: Visit, problem: TlsProblem): void {
  const { plan, failure } = visit;
  if (failure === undefined || !isUnexplained(failure)) return;
  visit.failure = connectionError(plan, { reason: `tls_${problem.kind}`, ...problem }, failure);
}

function isRefusal({ reason }: VisitError): boolean {
  return reason.startsWith("tls_");
}

/** A verifier says that it trusts no chain, and not what is missing; an alert says even less. */
function isUnexplained(failure: VisitError): boolean {
  return ["tls_untrusted", "tls_expired"].includes(failure.reason) || hasNothingInCommon(failure);
}

function hasNothingInCommon({ cause }: VisitError): boolean {
  return /HandshakeFailure|ProtocolVersion|peer is incompatible/.test(String(cause));
}

/** From how many days before its end a certificate is reported. */
function alarmDays({ expect }: Pick<Site, "expect">): number {
  const { down = 0, degraded = 0 } = expect?.certificateDays ?? {};
  return Math.max(down, degraded);
}

function keyOf({ endpoint, tls }: Route): string {
  return `${endpoint} ${tls.serverName ?? ""}`;
}
