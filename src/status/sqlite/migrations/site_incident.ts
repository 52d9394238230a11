/** Step 7: the view of incidents, which counts only the time that somebody watched. */
import { DAY_MS, HOUR_MS } from "../../../runtime/time_units.ts";
import { KNOWN_UNTIL, NEWEST_FIRST, NOW, STALE_AT } from "./covered_time.ts";
import { isoTime } from "./status_views.ts";

const ORDER = "order_at, producer_id, sequence";

/** Later than any `order_at`. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** Rows that lie in the incident `b`; the index finds them by the plain bounds. */
const WITHIN = `site = b.site AND location = b.location
    AND order_at BETWEEN b.order_at AND b.end_order
    AND (${ORDER}) >= (b.order_at, b.producer_id, b.sequence)
    AND (${ORDER}) < (b.end_order, b.end_producer, b.end_sequence)`;

/** Its reports that say something. */
const REPORTS = `site_report WHERE ${WITHIN} AND outcome IN ('degraded', 'down')`;

/** A check may be newer than the clock of the query. */
const SPAN = "max(0, until_micros - b.checked_at) / 1000";

/** The first outcome after `t` that is up. */
const END = `SELECT order_at, producer_id, sequence FROM site_transition
      WHERE site = t.site AND location = t.location AND outcome = 'up'
        AND (${ORDER}) > (t.order_at, t.producer_id, t.sequence)
      ORDER BY ${ORDER} LIMIT 1`;

/**
 * The incidents that began with rows of a relation, which is `site_transition` or a part of it. One
 * lasts from the first outcome that is not up until the next that is. It is unknown from when a report
 * was due and none came that says something. Its duration is what reports cover of it: the same
 * milliseconds as in site_hour, from which long and old ones are taken.
 */
export function incidentsOf(relation: string): string {
  return `
SELECT b.site, b.location, ${isoTime("b.checked_at")} AS began_at,
  ${isoTime("end_micros")} AS ended_at, ${isoTime("unknown_micros")} AS unknown_since,
  CASE
    WHEN b.newest_span IS NULL THEN ${SPAN}
    WHEN first.sequence IS NOT NULL AND ${SPAN} < ${DAY_MS}
      THEN min(${SPAN}, coalesce((SELECT sum(next_check_ms) FROM ${REPORTS}), ${SPAN}))
    ELSE (SELECT coalesce(sum(min(degraded_ms + down_ms,
        (min(until_micros, hour + ${HOUR_MS} * 1000) - max(b.checked_at, hour)) / 1000)), 0)
      FROM site_hour WHERE site = b.site AND location = b.location
        AND hour > b.checked_at - ${HOUR_MS} * 1000 AND hour < until_micros)
  END / 1000.0 AS duration_seconds,
  CASE WHEN EXISTS (SELECT 1 FROM site_transition WHERE ${WITHIN} AND outcome = 'down')
    THEN 'down' ELSE 'degraded' END AS outcome,
  b.reason, first.error_text
FROM (
  SELECT *, coalesce(unknown_micros, end_micros, ${NOW}) AS until_micros FROM (
    SELECT b.*, coalesce(
        (SELECT CASE WHEN coalesce(b.end_micros, ${NOW}) > ${STALE_AT} THEN ${KNOWN_UNTIL} END
         FROM ${REPORTS} ${NEWEST_FIRST}),
        CASE WHEN end_micros IS NULL AND ${NOW} > newest_stale
          AND NOT EXISTS (SELECT 1 FROM ${REPORTS}) THEN newest_known END
      ) AS unknown_micros
    FROM (
      SELECT t.*, s.next_check_ms AS newest_span, s.newest_known, s.newest_stale,
        e.checked_at AS end_micros, coalesce(e.order_at, ${NEVER}) AS end_order,
        coalesce(e.producer_id, '') AS end_producer, coalesce(e.sequence, 0) AS end_sequence
      FROM ${relation} t JOIN (
        SELECT site, location, next_check_ms, ${KNOWN_UNTIL} AS newest_known,
          ${STALE_AT} AS newest_stale
        FROM site_status WHERE NOT is_removed) AS s USING (site, location)
      LEFT JOIN site_transition e ON e.site = t.site AND e.location = t.location
        AND (e.order_at, e.producer_id, e.sequence) = (${END})
      WHERE t.outcome <> 'up' AND (t.from_outcome IS NULL OR t.from_outcome = 'up')) AS b)) AS b
LEFT JOIN site_report first ON first.producer_id = b.producer_id
  AND first.sequence = b.sequence AND first.checked_at = b.checked_at`;
}

export const SITE_INCIDENT = `
DROP VIEW IF EXISTS site_incident;
CREATE VIEW site_incident AS${incidentsOf("site_transition")};`;
