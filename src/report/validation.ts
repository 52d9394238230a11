/**
 * The validation of a decoded report or gap beyond its types: what a store may rely on.
 *
 * Whoever can write to the topic can write anything; what breaks the contract becomes a dead letter.
 */
import { GAP_FIELDS, REPORT_FIELDS } from "./fields.ts";
import type { Gap, SiteReport } from "./report.ts";
import { faultOf } from "./values.ts";

/** One sentence on what breaks a report's contract; `undefined` when nothing does. */
export function invalidity(report: SiteReport): string | undefined {
  const fault = faultOf<SiteReport>(REPORT_FIELDS, report);
  if (fault) return `invalid report: ${fault}`;
  if (report.outcome === "up" && report.reason !== null) {
    return `invalid report: reason is "${report.reason}"; expected null when the outcome is "up"`;
  }
  return undefined;
}

/** One sentence on what breaks a gap's contract; `undefined` when nothing does. */
export function gapInvalidity(gap: Gap): string | undefined {
  const fault = faultOf<Gap>(GAP_FIELDS, gap);
  if (fault) return `invalid gap: ${fault}`;
  if (gap.count !== gap.last - gap.first + 1) {
    return `invalid gap: count is ${gap.count}; expected ${gap.last - gap.first + 1} ` +
      `for ${gap.first} to ${gap.last}`;
  }
  return undefined;
}
