/** A site's certificate: its dates and issuer, which only node:tls can tell. */
import { HOUR_MS } from "../../runtime/time_units.ts";
import type { CheckContext } from "../check_context.ts";
import type { CheckRun } from "../check_run.ts";
import type { Certificate } from "./byte_stream.ts";
import { openConnection } from "./connection.ts";
import { Visit } from "./visit.ts";
import { VisitError } from "./failure.ts";
import type { VisitPlan } from "./visit_plan.ts";

/** How long a certificate's dates and issuer are taken as known: asking costs 5 ms of CPU. */
const CERTIFICATE_TTL_MS = HOUR_MS;

const UNKNOWN: Certificate = { expiresAt: null, issuer: null };

/**
 * The certificate that a visit met, as far as it is known: from the visit where it could tell, else
 * from within the last hour. `undefined` when it has to be asked for.
 */
export function knownCertificate(
  visit: Visit,
  { certificates, clock }: CheckContext,
): Certificate | undefined {
  const { plan, failure, certificate } = visit;
  if (certificate !== undefined) return certificate;
  if (!plan.isSecure || certificates === undefined) return UNKNOWN;
  if (failure?.reason.startsWith("tls_")) return undefined;
  if (failure !== undefined) return UNKNOWN;
  const known = certificates.get(keyOf(plan));
  return known && clock.monotonicMs() < known.untilMs ? known : undefined;
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
  if (certificate.expiresAt !== null) {
    const untilMs = context.clock.monotonicMs() + CERTIFICATE_TTL_MS;
    context.certificates?.set(keyOf(plan), { ...certificate, untilMs });
  }
  return certificate;
}

function keyOf({ endpoint, tls }: VisitPlan): string {
  return `${tls.serverName ?? ""} ${endpoint}`;
}
