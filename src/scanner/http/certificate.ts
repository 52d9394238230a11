/** A site's certificate: its dates and issuer, which only node:tls can tell. */
import type { Certificate } from "./certificate_cache.ts";
import type { CheckContext } from "../check_context.ts";
import { type ConnectionRecord, openConnection } from "./connection.ts";
import { hostOf, portOf } from "../reach/permitted_hosts.ts";
import { Stopwatch } from "./stopwatch.ts";
import { VisitError } from "./visit_error.ts";
import type { Visit, VisitPlan } from "./visit.ts";

const UNKNOWN: Certificate = { expiresAt: null, issuer: null };

/** A visit, and where it went. */
interface Visited {
  readonly plan: VisitPlan;
  readonly last: Visit;
}

/**
 * The certificate that a visit met: from the visit where it could tell, else asked for over a
 * connection of its own when TLS failed, and once an hour otherwise. It ends when the signal aborts.
 */
export async function certificateOf(
  { plan, last }: Visited,
  context: CheckContext,
  signal: AbortSignal,
): Promise<Certificate> {
  const isTlsFailure = last.failure?.reason.startsWith("tls_") ?? false;
  if (last.certificate !== undefined) return last.certificate;
  if (plan.url.protocol !== "https:" || (last.failure !== undefined && !isTlsFailure)) {
    return UNKNOWN;
  }
  const { certificates } = context;
  const endpoint = `${plan.tls.serverName ?? ""} ${hostOf(plan.url)} ${portOf(plan.url)}`;
  const known = isTlsFailure ? undefined : certificates.get(endpoint);
  if (known !== undefined) return known;
  const asked = await askFor(plan, context, signal);
  // What could not be read now may be readable by the next check.
  if (asked.expiresAt !== null) certificates.set(endpoint, asked);
  return asked;
}

async function askFor(
  plan: VisitPlan,
  context: CheckContext,
  signal: AbortSignal,
): Promise<Certificate> {
  const stopwatch = new Stopwatch(context.clock);
  const record: ConnectionRecord = { stopwatch, remoteAddress: null, certificate: undefined };
  // Nothing is sent over it, so that any certificate may be accepted.
  const route = { ...plan, tls: { ...plan.tls, insecure: true } };
  try {
    const stream = await openConnection(route, context, { record, signal });
    stream.close();
  } catch (error) {
    if (!(error instanceof VisitError)) throw error;
  }
  return record.certificate ?? UNKNOWN;
}
