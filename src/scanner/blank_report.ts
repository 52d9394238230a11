/** What every report of a site says, before anything was found. */
import { isVisited, type Site } from "../config/site.ts";
import { URL_LENGTH_MAX } from "../report/bounds.ts";
import { BLANK_REPORT } from "../report/fields.ts";
import { publicUrl } from "../report/public_url.ts";
import type { SiteReport } from "../report/report.ts";
import { escapeControls } from "../runtime/escape_controls.ts";
import type { Redact } from "../runtime/telemetry/redaction.ts";

/** A secret may stand in a url, a pattern and a label too. */
export function blankReport(site: Site, { location, redact }: {
  readonly location: string;
  readonly redact: Redact;
}): SiteReport {
  const { url, pattern, name, labels } = site;
  return {
    ...BLANK_REPORT,
    url: escapeControls(redact(isVisited(site) ? publicUrl(url) : url), URL_LENGTH_MAX),
    pattern: pattern === undefined ? null : redact(pattern),
    site: name,
    location,
    labels: redactedLabels(labels, redact),
  };
}

function redactedLabels(labels: Site["labels"], redact: Redact): Site["labels"] {
  const entries = Object.entries(labels);
  if (entries.length === 0) return labels;
  return Object.fromEntries(entries.map(([name, value]) => [name, redact(value)]));
}
