/**
 * A site's certificate, which only node:tls can tell: its dates and issuer, and why it is refused.
 * Where a visit could not tell, it is read over a connection of its own.
 */
import type { Site } from "../../config/site.ts";
import { chainProblem } from "../../runtime/tls/certificate_chain.ts";
import { DAY_MS } from "../../runtime/time_units.ts";
import type { CheckContext } from "../check_context.ts";
import type { CheckRun } from "../check_run.ts";
import type { Certificate } from "./byte_stream.ts";
import { connectionError, openConnection } from "./connection.ts";
import { UNKNOWN_CERTIFICATE } from "./known_certificates.ts";
import { Visit } from "./visit.ts";
import { VisitError } from "./failure.ts";
import type { VisitPlan } from "./visit_plan.ts";

/**
 * The certificate that a visit met, as far as it is known: from the visit where it could tell, else
 * from within the last ten minutes. `undefined` when it has to be read: for the first time, after
 * that, while it alarms, and when it was refused.
 */
export function knownCertificate(
  visit: Visit,
  site: Pick<Site, "expect">,
  { certificates, clock }: CheckContext,
): Certificate | undefined {
  const { plan, failure } = visit;
  if (!plan.isSecure) return UNKNOWN_CERTIFICATE;
  if (visit.certificate !== undefined) return visit.certificate;
  const isRefused = failure !== undefined && failure.reason.startsWith("tls_");
  if (certificates === undefined || (failure && !isRefused)) return UNKNOWN_CERTIFICATE;
  const known = certificates.get(keyOf(plan));
  if (known === undefined) return undefined;
  const { isRead, certificate, certificate: { expiresAt } } = known;
  const alarmsUntil = clock.nowMicros() + alarmDays(site) * DAY_MS * 1_000;
  const isWanted = isRefused || (expiresAt !== null && expiresAt < alarmsUntil);
  return isRead && isWanted ? undefined : certificate;
}

/**
 * Reads it over a connection of its own, which ends when the run is over. If the visit failed since
 * it was refused, its failure then says why.
 */
export async function readCertificate(
  { plan, failure }: Visit,
  context: CheckContext,
  run: CheckRun,
): Promise<{ readonly certificate: Certificate; readonly failure: VisitError | undefined }> {
  const { clock, certificates } = context;
  // Nothing is sent over it, so that any certificate may be accepted.
  const visit = new Visit({ ...plan, tls: { ...plan.tls, insecure: true } }, clock);
  try {
    (await openConnection(visit, context, run)).close();
  } catch (error) {
    if (!(error instanceof VisitError)) throw error;
    // A fault of this host says nothing about the certificate.
    const isOwn = error.reason === "internal";
    const certificate = isOwn ? undefined : certificates?.addUnread(keyOf(plan), error);
    return { certificate: certificate ?? UNKNOWN_CERTIFICATE, failure };
  }
  const certificate = visit.certificate ?? UNKNOWN_CERTIFICATE;
  certificates?.add(keyOf(plan), certificate);
  return { certificate, failure: isExplained(failure) ? explained(failure, visit) : failure };
}

/** A verifier says that it trusts no chain, and not what is missing. */
function isExplained(failure: VisitError | undefined): failure is VisitError {
  return failure?.reason === "tls_untrusted" || failure?.reason === "tls_expired";
}

function explained(failure: VisitError, { plan, chain, certificate }: Visit): VisitError {
  const nowMs = (certificate?.seenAt ?? 0) / 1_000;
  const problem = chainProblem(chain, { nowMs, ca: plan.tls.ca });
  if (problem === undefined) return failure;
  return connectionError(plan, { reason: `tls_${problem.kind}`, ...problem }, failure);
}

/** From how many days before its end a certificate is reported. */
function alarmDays({ expect }: Pick<Site, "expect">): number {
  const { down = 0, degraded = 0 } = expect?.certificateDays ?? {};
  return Math.max(down, degraded);
}

function keyOf({ endpoint, tls }: VisitPlan): string {
  return `${endpoint} ${tls.serverName ?? ""}`;
}
