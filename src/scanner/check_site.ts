/** One check of a site: its visits along the redirects, and what is concluded from them. */
import type { Site } from "../config/site.ts";
import type { SiteReport } from "../report/report.ts";
import type { CheckContext } from "./check_context.ts";

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
  throw new Error(`not yet: ${site.name} ${context.location} ${signal.aborted}`);
}
