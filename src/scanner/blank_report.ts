/** The report of a check that has found nothing yet. */
import type { Site } from "../config/site.ts";
import { BLANK_REPORT } from "../report/fields.ts";
import { publicUrl } from "../report/public_url.ts";
import { URL_LENGTH_MAX } from "../report/bounds.ts";
import type { SiteReport } from "../report/report.ts";
import { escapeControls } from "../runtime/escape_controls.ts";
import type { CheckContext } from "./check_context.ts";

/** What a report says of its site. A secret may stand in a url, a pattern and a label too. */
export function blankReport(
  site: Site,
  { location, clock, redact }: Pick<CheckContext, "location" | "clock" | "redact">,
): SiteReport {
  const { url, pattern, name, intervalMs, labels } = site;
  return {
    ...BLANK_REPORT,
    url: escapeControls(redact(publicUrl(url)), URL_LENGTH_MAX),
    pattern: pattern === undefined ? null : redact(pattern),
    site: name,
    location,
    checked_at: clock.nowMicros(),
    interval_ms: intervalMs,
    labels: redactedLabels(labels, redact),
  };
}

function redactedLabels(labels: Site["labels"], redact: (text: string) => string): Site["labels"] {
  const entries = Object.entries(labels);
  if (entries.length === 0) return labels;
  return Object.fromEntries(entries.map(([name, value]) => [name, redact(value)]));
}
