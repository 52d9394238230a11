/** Step 6: reports say until when they hold; the views of staleness and uptime follow from it. */
import { HOUR_MS } from "../../../runtime/time_units.ts";
import { STALE_GRACE_MS, STALE_SPANS } from "../../queries.ts";
import { COVERED_COLUMNS, listCovered as list, WINDOWS_OF_DAYS } from "../../read/coverage.ts";
import { isoTime } from "./status_views.ts";

const RENAMED = `
DROP VIEW IF EXISTS site_current;
DROP VIEW IF EXISTS site_uptime;
ALTER TABLE site_status RENAME COLUMN interval_ms TO next_check_ms;
ALTER TABLE site_report RENAME COLUMN interval_ms TO next_check_ms;`;

export const NEWEST_FIRST = "ORDER BY order_at DESC, producer_id DESC, sequence DESC LIMIT 1";
/** Older SQLite shells have no fractions of the current second. */
const NOW_MS = "CAST(strftime('%s', 'now') AS INTEGER) * 1000";
/** Microseconds, as the tables have times. */
export const NOW = `${NOW_MS} * 1000`;
export const KNOWN_UNTIL = "checked_at + next_check_ms * 1000";
export const STALE_AT = `order_at + (${STALE_SPANS} * next_check_ms + ${STALE_GRACE_MS}) * 1000`;

const SITE_CURRENT = `
CREATE VIEW site_current AS
SELECT site, location, url, outcome, reason, ${isoTime("since_micros")} AS since,
  coalesce(${NOW} > stale_micros, 0) AS stale, ${isoTime("stale_micros")} AS stale_at,
  ${isoTime("checked_at")} AS checked_at, response_time, response_code, error_text, next_check_ms,
  attempts, timings, remote_address,
  ${isoTime("certificate_expires_at")} AS certificate_expires_at, labels
FROM (
  SELECT s.*, ${STALE_AT} AS stale_micros,
    (SELECT checked_at FROM site_transition t
     WHERE t.site = s.site AND t.location = s.location ${NEWEST_FIRST}) AS since_micros
  FROM site_status s WHERE NOT s.is_removed);`;

const FIRST_HOUR_MS = `(${NOW_MS} / ${HOUR_MS} - 23) * ${HOUR_MS}`;

function midnightMs(days: number): string {
  return `CAST(strftime('%s', 'now', 'start of day', '-${days - 1} days') AS INTEGER) * 1000`;
}

const WINDOWS = WINDOWS_OF_DAYS.map((days) =>
  `SELECT ${days} AS days, date('now', '-${days - 1} days') AS first_day,
    ${NOW_MS} - ${midnightMs(days)} AS window_ms`
).join(" UNION ALL ");

// A window lasts from its first day to the site's last; both have what was covered by their ends.
// The shortest window is made of hours, and nothing else. What a report covers may lie ahead: hours
// and days to come count once they have begun.
const SITE_UPTIME = `
CREATE VIEW site_uptime AS
WITH windows AS (
  SELECT s.site, s.location, w.days, w.window_ms,
    ${list((part) => `coalesce(z.total_${part} - a.total_${part} + a.${part}, 0) AS ${part}`)}
  FROM site_status s JOIN (${WINDOWS}) AS w
  LEFT JOIN site_day z ON z.site = s.site AND z.location = s.location AND z.day = (
    SELECT max(day) FROM site_day
    WHERE site = s.site AND location = s.location AND day <= date('now'))
  LEFT JOIN site_day a ON a.site = s.site AND a.location = s.location AND a.day = (
    SELECT min(day) FROM site_day
    WHERE site = s.site AND location = s.location AND day >= w.first_day)
  WHERE NOT s.is_removed
  UNION ALL
  SELECT s.site, s.location, 1, ${NOW_MS} - ${FIRST_HOUR_MS},
    ${list((part) => `coalesce(sum(h.${part}), 0)`)}
  FROM site_status s LEFT JOIN site_hour h ON h.site = s.site AND h.location = s.location
    AND h.hour >= (SELECT ${FIRST_HOUR_MS} * 1000) AND h.hour <= (SELECT ${NOW})
  WHERE NOT s.is_removed GROUP BY s.site, s.location)
SELECT site, location, days,
  1.0 * (up_ms + degraded_ms) / nullif(up_ms + degraded_ms + down_ms, 0) AS uptime,
  min(1, 1.0 * (up_ms + degraded_ms) / window_ms) AS proven_uptime,
  ${COVERED_COLUMNS.join(", ")}, window_ms,
  max(0, window_ms - up_ms - degraded_ms - down_ms - inconclusive_ms) AS unknown_ms
FROM windows;`;

export const COVERED_TIME = `${RENAMED}${SITE_CURRENT}${SITE_UPTIME}`;
