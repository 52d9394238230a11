/** One attempt of a check: its journey, the certificate it met, and what both mean for the site. */
import type { Site } from "../config/site.ts";
import { HOPS_MAX, SNIPPET_LENGTH_MAX, URL_LENGTH_MAX } from "../report/bounds.ts";
import type { Hop } from "../report/hop.ts";
import type { SiteReport } from "../report/report.ts";
import { certificateOf } from "./http/certificate.ts";
import type { CheckContext } from "./check_context.ts";
import { type Journey, travel } from "./http/follow_redirects.ts";
import { printable } from "./printable.ts";
import { withoutCredentials } from "./http/request.ts";
import { type Verdict, verdictOn } from "./expect/verdict.ts";
import type { Visit } from "./http/visit.ts";

/** What an attempt adds to a report. */
export type Findings = Verdict & Pick<SiteReport, "response_time"> & Partial<SiteReport>;

/** Makes an attempt; it ends when the signal aborts, and rejects only for a fault of sitemon. */
export async function attempt(
  site: Site,
  context: CheckContext,
  signal: AbortSignal,
): Promise<Findings> {
  const { clock } = context;
  const startMs = clock.monotonicMs();
  const journey = await travel(site, context, signal);
  const response_time = Math.round(clock.monotonicMs() - startMs);
  const certificate = await certificateOf(journey, context, signal);
  const verdict = await verdictOn(site, { journey, certificate, response_time }, context);
  const { issuer } = certificate;
  return {
    response_time,
    ...travelled(journey, context),
    certificate_expires_at: certificate.expiresAt,
    certificate_issuer: issuer === null ? null : printable(issuer, SNIPPET_LENGTH_MAX),
    ...verdict,
  };
}

/** What the journey itself tells. */
function travelled(
  { hops, last, finalUrl }: Journey,
  { redact }: CheckContext,
): Partial<SiteReport> {
  return {
    response_code: last.head?.status ?? null,
    timings: last.timings,
    hops: hops.slice(0, HOPS_MAX).map((hop) => hopOf(hop, redact)),
    remote_address: last.remoteAddress,
    http_version: last.head?.httpVersion ?? null,
    final_url: finalUrl === undefined ? null : printable(redact(finalUrl.href), URL_LENGTH_MAX),
    body_bytes: last.head === undefined ? null : last.body.length,
    truncated: last.isTruncated,
  };
}

function hopOf(
  { url, head, remoteAddress, timings }: Visit,
  redact: CheckContext["redact"],
): Hop {
  return {
    url: printable(redact(withoutCredentials(url).href), URL_LENGTH_MAX),
    status: head?.status ?? null,
    remote_address: remoteAddress,
    timings,
  };
}
