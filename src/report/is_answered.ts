/**
 * Whether a site answered a check, by what its report says: with a status or, in a protocol without
 * one, with a body, even an empty one. Response times are counted of answered checks alone.
 */
import type { SiteReport } from "./report.ts";

/** True when the site answered, whatever it said. */
export function isAnswered(
  { response_code, body_bytes }: Pick<SiteReport, "response_code" | "body_bytes">,
): boolean {
  return response_code !== null || body_bytes !== null;
}

/** The same as a condition of SQL on the columns of a report. */
export const IS_ANSWERED_SQL = "(response_code IS NOT NULL OR body_bytes IS NOT NULL)";
