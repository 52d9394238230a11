/** The query behind `statuses()`. */
import type { SiteStatus } from "../store.ts";
import type { Connection } from "./connection/connection.ts";
import type { Statement } from "./connection/statement.ts";

const READ_STATUSES: Statement = {
  name: "read_statuses",
  text: `
SELECT site, location, url, outcome, reason, response_time AS "responseTimeMs",
  response_code AS "responseCode", error_text AS "errorText", checked_at AS "checkedAt", since,
  interval_ms AS "intervalMs", stale
FROM site_current ORDER BY site, location`,
};

/** Every site's status, by site and location. */
export async function readStatuses(connection: Connection): Promise<readonly SiteStatus[]> {
  return await connection.query<SiteStatus>(READ_STATUSES);
}
