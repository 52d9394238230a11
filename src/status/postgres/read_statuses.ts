/** The query behind `statuses()`. */
import { STALE_GRACE_MS, STALE_INTERVALS } from "../staleness.ts";
import type { SiteStatus } from "../store.ts";
import type { Connection } from "./connection.ts";
import type { Statement } from "./statement.ts";

/** Staleness is `isStale` of staleness.ts, by the server's clock. */
const READ_STATUSES: Statement = {
  name: "read_statuses",
  text: `
SELECT s.site, s.location, s.url, s.outcome, s.reason, s.response_time AS "responseTimeMs",
  s.response_code AS "responseCode", s.error_text AS "errorText", s.checked_at AS "checkedAt",
  t.checked_at AS since, s.interval_ms AS "intervalMs",
  coalesce(now() - s.order_at > (${STALE_INTERVALS}::bigint * s.interval_ms + ${STALE_GRACE_MS})
    * interval '1 millisecond', false) AS stale
FROM site_status s LEFT JOIN LATERAL (
  SELECT checked_at FROM site_transition
  WHERE site = s.site AND location = s.location
  ORDER BY order_at DESC, producer_id DESC, sequence DESC LIMIT 1) AS t ON true
ORDER BY s.site, s.location`,
};

/** Every site's status, by site and location. */
export async function readStatuses(connection: Connection): Promise<readonly SiteStatus[]> {
  return await connection.query<SiteStatus>(READ_STATUSES);
}
