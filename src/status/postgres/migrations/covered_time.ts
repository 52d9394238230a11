/** Migration 9: reports say until when they hold; the views of staleness and uptime follow from it. */
import { STALE_GRACE_MS, STALE_SPANS } from "../../queries.ts";
import { COVERED_COLUMNS, listCovered as list, WINDOWS_OF_DAYS } from "../../read/coverage.ts";
import type { Migration } from "./migration.ts";

const RENAMED = `
DROP VIEW IF EXISTS site_current, site_uptime;
ALTER TABLE site_status RENAME interval_ms TO next_check_ms;
ALTER TABLE site_report RENAME interval_ms TO next_check_ms`;

export const MS = "interval '1 millisecond'";

/** Until when a report holds, and when its site turns stale; NULL when the report does not say. */
export function spanOf(report: string): string {
  return `${report}.checked_at + ${report}.next_check_ms * ${MS} AS known_until,
    ${report}.order_at + (${STALE_SPANS}::bigint * ${report}.next_check_ms + ${STALE_GRACE_MS}) * ${MS}
      AS stale_at`;
}

/** What the original Python service kept of a site may lack the fields that newer reports always have. */
const SITE_CURRENT = `
CREATE VIEW site_current AS
SELECT s.site, s.location, s.url, s.outcome, s.reason, t.checked_at AS since,
  coalesce(now() > d.stale_at, false) AS stale, d.stale_at,
  coalesce(s.checked_at, s.order_at) AS checked_at, coalesce(s.response_time, 0) AS response_time,
  s.response_code, s.error_text, s.next_check_ms, coalesce(s.attempts, 1) AS attempts, s.timings,
  s.remote_address, s.certificate_expires_at, s.labels
FROM site_status s
CROSS JOIN LATERAL (SELECT ${spanOf("s")}) AS d
LEFT JOIN LATERAL (
  SELECT checked_at FROM site_transition
  WHERE site = s.site AND location = s.location
  ORDER BY order_at DESC, producer_id DESC, sequence DESC LIMIT 1) AS t ON true
WHERE NOT s.is_removed`;

/**
 * A day of the site `s`: from the few that it nearly always is one of, or else from all, of which
 * the index's whole page would be read.
 */
function dayOf(likely: string, otherwise: string): string {
  const ofSite = "SELECT * FROM site_day WHERE site = s.site AND location = s.location AND day";
  return `LATERAL (
    (${ofSite} ${likely} LIMIT 1) UNION ALL (${ofSite} ${otherwise} LIMIT 1) LIMIT 1)`;
}

const TODAY = "(SELECT day FROM today)";
const FIRST_DAY = "(SELECT day - (w.days - 1) FROM today)";
const LAST = dayOf(`= ${TODAY}`, `< ${TODAY} ORDER BY day DESC`);
const FIRST = dayOf(`= ${FIRST_DAY}`, `> ${FIRST_DAY} ORDER BY day`);
const BEGINS_AT = `CASE days WHEN 1 THEN today.first_hour
    ELSE (today.day - (days - 1))::timestamp AT TIME ZONE 'UTC' END`;

// A window lasts from its first day to the site's last; both have what was covered by their ends.
// The shortest window is made of hours, and nothing else. What a report covers may lie ahead: hours
// and days to come count once they have begun.
const SITE_UPTIME = `
CREATE VIEW site_uptime AS
WITH today AS (
  SELECT (now() AT TIME ZONE 'UTC')::date AS day,
    date_trunc('hour', now(), 'UTC') - interval '23 hours' AS first_hour),
windows AS (
  SELECT s.site, s.location, w.days,
    ${list((part) => `coalesce(z.total_${part} - a.total_${part} + a.${part}, 0) AS ${part}`)}
  FROM site_status s
  LEFT JOIN ${LAST} AS z ON true
  CROSS JOIN (VALUES ${WINDOWS_OF_DAYS.map((days) => `(${days})`).join(", ")}) AS w(days)
  LEFT JOIN ${FIRST} AS a ON true
  WHERE NOT s.is_removed
  UNION ALL
  SELECT s.site, s.location, 1, hours.* FROM site_status s CROSS JOIN LATERAL (
    SELECT ${list((part) => `coalesce(sum(${part}), 0) AS ${part}`)} FROM site_hour
    WHERE site = s.site AND location = s.location
      AND hour >= (SELECT first_hour FROM today) AND hour <= now()) AS hours
  WHERE NOT s.is_removed)
SELECT w.site, w.location, w.days,
  (up_ms + degraded_ms)::float8 / nullif(up_ms + degraded_ms + down_ms, 0) AS uptime,
  least(1, (up_ms + degraded_ms) / m.window_ms) AS proven_uptime,
  ${COVERED_COLUMNS.join(", ")}, m.window_ms,
  greatest(0, m.window_ms - up_ms - degraded_ms - down_ms - inconclusive_ms) AS unknown_ms
FROM windows w CROSS JOIN today CROSS JOIN LATERAL (
  SELECT round(extract(epoch FROM now() - ${BEGINS_AT}) * 1000)::float8 AS window_ms) AS m`;

export const coveredTime: Migration = {
  name: "next_check_ms of reports, site_current, site_uptime",
  up: [RENAMED, SITE_CURRENT, SITE_UPTIME],
};
