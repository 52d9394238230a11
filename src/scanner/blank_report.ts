/** The report of a check that has found nothing yet. */
import type { Site } from "../config/site.ts";
import { publicUrl } from "../report/public_url.ts";
import { type SiteReport, URL_LENGTH_MAX } from "../report/report.ts";
import type { CheckContext } from "./check_context.ts";
import { printable } from "./printable.ts";

/** What a report says of its site. A secret may stand in a url, a pattern and a label too. */
export function blankReport(
  site: Site,
  { location, clock, redact }: Pick<CheckContext, "location" | "clock" | "redact">,
): SiteReport {
  const { url, pattern, name, intervalMs, labels } = site;
  return {
    url: printable(redact(publicUrl(url)), URL_LENGTH_MAX),
    response_time: 0,
    response_code: null,
    pattern: pattern === undefined ? null : redact(pattern),
    pattern_match: null,
    error_text: null,
    site: name,
    location,
    checked_at: clock.nowMicros(),
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
    interval_ms: intervalMs,
    labels: redactedLabels(labels, redact),
    producer_id: "",
    sequence: 0,
  };
}

function redactedLabels(labels: Site["labels"], redact: (text: string) => string): Site["labels"] {
  const entries = Object.entries(labels);
  if (entries.length === 0) return labels;
  return Object.fromEntries(entries.map(([name, value]) => [name, redact(value)]));
}
