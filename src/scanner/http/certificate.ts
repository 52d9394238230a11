/** A site's certificate: its dates and issuer, which only node:tls can tell. */
import type { CheckContext } from "../check_context.ts";
import type { CheckRun } from "../check_run.ts";
import type { Certificate } from "./certificate_cache.ts";
import { openConnection } from "./connection.ts";
import { Visit } from "./visit.ts";
import { VisitError } from "./failure.ts";
import type { VisitPlan } from "./visit_plan.ts";

const UNKNOWN: Certificate = { expiresAt: null, issuer: null };

/**
 * The certificate that a visit met, as far as it is known: from the visit where it could tell, else
 * from within the last hour. `undefined` when it has to be asked for.
 */
export function knownCertificate(
  visit: Visit,
  { certificates }: Pick<CheckContext, "certificates">,
): Certificate | undefined {
  const { plan, failure, certificate } = visit;
  if (certificate !== undefined) return certificate;
  if (!plan.isSecure || certificates === undefined) return UNKNOWN;
  if (failure === undefined) return certificates.get(keyOf(plan));
  return failure.reason.startsWith("tls_") ? undefined : UNKNOWN;
}

/** Asks for it over a connection of its own, which ends when the run is over. */
export async function askForCertificate(
  { plan }: Visit,
  context: CheckContext,
  run: CheckRun,
): Promise<Certificate> {
  // Nothing is sent over it, so that any certificate may be accepted.
  const visit = new Visit({ ...plan, tls: { ...plan.tls, insecure: true } }, context.clock);
  try {
    (await openConnection(visit, context, run)).close();
  } catch (error) {
    if (!(error instanceof VisitError)) throw error;
  }
  const certificate = visit.certificate ?? UNKNOWN;
  // What could not be read now may be readable by the next check.
  if (certificate.expiresAt !== null) context.certificates?.set(keyOf(plan), certificate);
  return certificate;
}

function keyOf({ endpoint, tls }: VisitPlan): string {
  return `${tls.serverName ?? ""} ${endpoint}`;
}
