/** Migration 10: the view of incidents, which counts only the time that somebody watched. */
import { ORDER, orderOf } from "../ingest/report_columns.ts";
import { MS, spanOf } from "./covered_time.ts";
import type { Migration } from "./migration.ts";

/** Conditions on a relation: in the incident; the index finds its rows by the plain bounds. */
function within(relation: string): string {
  return `${relation}.site = b.site AND ${relation}.location = b.location
    AND ${relation}.order_at BETWEEN b.order_at AND coalesce(e.order_at, 'infinity')
    AND (${orderOf(relation)}) >= (${orderOf("b")})
    AND (e.order_at IS NULL OR (${orderOf(relation)}) < (${orderOf("e")}))`;
}

/** The reports of an incident; the times exclude the partitions of other days. */
const REPORTS = `site_report r
  WHERE ${within("r")} AND r.outcome IN ('degraded', 'down')
    AND r.checked_at >= b.checked_at AND r.checked_at <= coalesce(e.checked_at, 'infinity')`;

/**
 * The incidents that began with rows of a relation, which is `site_transition` or a part of it. One
 * lasts from the first outcome that is not up until the next that is. It is unknown from when a report
 * was due and none came that says something. Its duration is what reports cover of it: the same
 * milliseconds as in site_hour, from which long and old ones are taken.
 */
export function incidentsOf(relation: string): string {
  return `
SELECT b.site, b.location, b.checked_at AS began_at, e.checked_at AS ended_at, u.unknown_since,
  CASE
    WHEN s.next_check_ms IS NULL THEN u.until - b.checked_at
    WHEN first.sequence IS NOT NULL AND u.until - b.checked_at < interval '1 day' THEN least(
      u.until - b.checked_at, (SELECT sum(r.next_check_ms) * ${MS} FROM ${REPORTS}))
    ELSE (SELECT coalesce(sum(least((h.degraded_ms + h.down_ms) * ${MS},
        least(u.until, h.hour + interval '1 hour') - greatest(b.checked_at, h.hour))), interval '0')
      FROM site_hour h WHERE h.site = b.site AND h.location = b.location
        AND h.hour > b.checked_at - interval '1 hour' AND h.hour < u.until)
  END AS duration,
  worst.outcome, b.reason, first.error_text
FROM ${relation} b JOIN site_status s USING (site, location)
LEFT JOIN LATERAL (
  SELECT ${ORDER}, checked_at FROM site_transition
  WHERE site = b.site AND location = b.location AND outcome = 'up'
    AND (${ORDER}) > (${orderOf("b")})
  ORDER BY ${ORDER} LIMIT 1) AS e ON true
CROSS JOIN LATERAL (
  SELECT CASE WHEN bool_or(t.outcome = 'down') THEN 'down' ELSE 'degraded' END AS outcome
  FROM site_transition t WHERE ${within("t")}) AS worst
LEFT JOIN LATERAL (
  SELECT r.sequence, r.error_text FROM site_report r
  WHERE r.producer_id = b.producer_id AND r.sequence = b.sequence
    AND r.checked_at = b.checked_at) AS first ON true
LEFT JOIN LATERAL (
  (SELECT ${spanOf("r")} FROM ${REPORTS}
   ORDER BY r.order_at DESC, r.producer_id DESC, r.sequence DESC LIMIT 1)
  UNION ALL (SELECT ${spanOf("s")} WHERE e.order_at IS NULL) LIMIT 1) AS last ON true
CROSS JOIN LATERAL (
  SELECT unknown_since,
    greatest(b.checked_at, coalesce(unknown_since, e.checked_at, now())) AS until FROM (
    SELECT CASE WHEN coalesce(e.checked_at, now()) > last.stale_at THEN last.known_until END
      AS unknown_since) AS k) AS u
WHERE b.outcome <> 'up' AND (b.from_outcome IS NULL OR b.from_outcome = 'up')
  AND NOT s.is_removed`;
}

const SITE_INCIDENT = `
DROP VIEW IF EXISTS site_incident;
CREATE VIEW site_incident AS${incidentsOf("site_transition")}`;

export const siteIncident: Migration = { name: "site_incident", up: [SITE_INCIDENT] };
