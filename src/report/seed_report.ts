/** The report of the first sitemon: the six fields that every version writes and reads. */
import type { SiteReport } from "./report.ts";

export type SeedReport = Pick<
  SiteReport,
  "url" | "response_time" | "response_code" | "pattern" | "pattern_match" | "error_text"
>;
