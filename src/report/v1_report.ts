/** The report of the original Python service: the six fields that every version writes and reads. */
import type { SiteReport } from "./report.ts";

export type V1Report = Pick<
  SiteReport,
  "url" | "response_time" | "response_code" | "pattern" | "pattern_match" | "error_text"
>;
