/** The reports that benches store and send. */
import type { SiteReport } from "../../../src/report/report.ts";
import { aReport } from "../../contract/site_reports.ts";

/** Sites that take turns. */
const SITES = 1_000;

/** The n-th report: of an ordinary check that found its site up. */
export function benchReport(n: number): SiteReport {
  return aReport({ site: `site ${n % SITES}`, sequence: n + 1 });
}
