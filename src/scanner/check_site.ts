/** One check of a site: its journey, what that means, and the report of both. */
import type { Site } from "../config/site.ts";
import type { Reason } from "../report/outcome.ts";
import { publicUrl } from "../report/public_url.ts";
import {
  ERROR_TEXT_LENGTH_MAX,
  type Hop,
  HOPS_MAX,
  type SiteReport,
  SNIPPET_LENGTH_MAX,
  URL_LENGTH_MAX,
} from "../report/report.ts";
import { logger } from "../runtime/logging.ts";
import { assess, type Assessment } from "./assess.ts";
import { bodyText } from "./body_text.ts";
import { certificateOf } from "./certificate.ts";
import type { CheckContext } from "./check_context.ts";
import { Deadline } from "./deadline.ts";
import { type Journey, travel } from "./journey.ts";
import { printable } from "./printable.ts";
import { withoutCredentials } from "./request.ts";
import type { Visit } from "./visit.ts";

/** Bytes of a body that its snippet may need: a character of UTF-8 has four at most. */
const SNIPPET_BYTES_MAX = 4 * SNIPPET_LENGTH_MAX;

/**
 * Checks a site once. It never rejects: a site that is down is a report, and so is a fault of
 * sitemon itself (`inconclusive`, reason `internal`). It ends within the site's timeout; when the
 * signal aborts it ends at once, with a report that nobody should keep.
 */
export async function checkSite(
  site: Site,
  context: CheckContext,
  signal: AbortSignal,
): Promise<SiteReport> {
  const { clock } = context;
  const blank = blankReport(site, context.location, clock.nowMicros());
  const startMs = clock.monotonicMs();
  const elapsedMs = () => Math.round(clock.monotonicMs() - startMs);
  try {
    using deadline = new Deadline(clock, site.timeoutMs, signal);
    const journey = await travel(site, context, deadline.signal);
    const visited = { ...blank, ...travelled(journey), response_time: elapsedMs() };
    const judged = { ...visited, ...judge(site, journey, context) };
    const certificate = await certificateOf(journey, context, deadline.signal);
    return {
      ...judged,
      certificate_expires_at: certificate.expiresAt,
      certificate_issuer: bounded(certificate.issuer, SNIPPET_LENGTH_MAX),
    };
  } catch (cause) {
    logger("scanner").error("Cannot check site {site}: {cause}", { site: site.name, cause });
    const error_text = "Cannot check this site: a fault in sitemon; its log says more";
    return { ...blank, reason: "internal", error_text, response_time: elapsedMs() };
  }
}

/** A report that nothing was found for yet. */
function blankReport(site: Site, location: string, checkedAt: number): SiteReport {
  return {
    url: printable(publicUrl(site.url), URL_LENGTH_MAX),
    response_time: 0,
    response_code: null,
    pattern: site.pattern ?? null,
    pattern_match: null,
    error_text: null,
    site: site.name,
    location,
    checked_at: checkedAt,
    recorded_at: 0,
    outcome: "inconclusive",
    reason: null,
    attempts: 1,
    timings: null,
    hops: [],
    remote_address: null,
    http_version: null,
    final_url: null,
    body_bytes: null,
    truncated: false,
    certificate_expires_at: null,
    certificate_issuer: null,
    failures: [],
    snippet: null,
    interval_ms: site.intervalMs,
    labels: site.labels,
    producer_id: "",
    sequence: 0,
  };
}

/** What the journey itself tells. */
function travelled({ hops, last, finalUrl, failure }: Journey): Partial<SiteReport> {
  return {
    response_code: last.head?.status ?? null,
    error_text: bounded(failure?.message ?? null, ERROR_TEXT_LENGTH_MAX),
    timings: last.timings,
    hops: hops.slice(0, HOPS_MAX).map(hopOf),
    remote_address: last.remoteAddress,
    http_version: last.head?.httpVersion ?? null,
    final_url: bounded(finalUrl?.href ?? null, URL_LENGTH_MAX),
    body_bytes: last.head === undefined ? null : last.body.length,
    truncated: last.isTruncated,
  };
}

function hopOf({ url, head, remoteAddress, timings }: Visit): Hop {
  return {
    url: printable(withoutCredentials(url).href, URL_LENGTH_MAX),
    status: head?.status ?? null,
    remote_address: remoteAddress,
    timings,
  };
}

/** What the journey means for the site. */
function judge(site: Site, journey: Journey, context: CheckContext): Partial<SiteReport> {
  const { last, failure } = journey;
  if (failure !== undefined || last.head === undefined) {
    const reason: Reason = failure?.reason ?? "internal";
    return { outcome: reason === "internal" ? "inconclusive" : "down", reason };
  }
  const assessment = assessVisit(site, last, context);
  const { outcome, reason, failures, patternMatch } = assessment;
  const snippet = outcome === "up" ? null : snippetOf(last);
  const error_text = failures[0] ?? null;
  return { outcome, reason, failures, error_text, pattern_match: patternMatch, snippet };
}

function assessVisit(site: Site, last: Visit, { patterns }: CheckContext): Assessment {
  const { pattern, expectStatus } = site;
  // Only a pattern looks at the text.
  const body = pattern === undefined ? "" : textOf(last, last.body);
  return assess({ status: last.head!.status, body, isTruncated: last.isTruncated }, {
    ...(expectStatus === undefined ? {} : { status: expectStatus }),
    ...(pattern === undefined ? {} : {
      pattern: { source: pattern, compiled: patterns.get(pattern) },
    }),
  });
}

function snippetOf(last: Visit): string | null {
  if (last.body.length === 0) return null;
  const text = textOf(last, last.body.subarray(0, SNIPPET_BYTES_MAX));
  return printable(text.replace(/\s+/g, " ").trim(), SNIPPET_LENGTH_MAX);
}

function textOf({ head }: Visit, bytes: Uint8Array): string {
  return bodyText(bytes, head?.headers.get("content-type"));
}

function bounded(text: string | null, lengthMax: number): string | null {
  return text === null ? null : printable(text, lengthMax);
}
