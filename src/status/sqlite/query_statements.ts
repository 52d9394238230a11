/** The statements behind the query port; most of them read the views of docs/sql.md. */
import {
  LATENCY_COLUMNS,
  REPORT_COLUMNS,
  STATUS_COLUMNS,
  TRANSITION_COLUMNS,
} from "../read/query_columns.ts";
import { FAILURES_MAX, RECENT_REPORTS_MAX, TRANSITIONS_MAX } from "../queries.ts";

export const STATUS =
  `SELECT ${STATUS_COLUMNS} FROM site_current c WHERE c.site = :site AND c.location = :location`;

/** `:keys`: `[[site, location], …]` as JSON. */
export const DAYS = `
SELECT d.site, d.location, d.day, d.up_ms, d.degraded_ms, d.down_ms, d.inconclusive_ms
FROM json_each(:keys) k
JOIN site_status s ON s.site = k.value ->> 0 AND s.location = k.value ->> 1
JOIN site_day d ON d.site = s.site AND d.location = s.location
WHERE NOT s.is_removed AND d.day > :before_first_day`;

export const TRANSITIONS = `
SELECT ${TRANSITION_COLUMNS} FROM site_transition
WHERE site = :site AND location = :location AND order_at > :after_micros
ORDER BY order_at DESC, producer_id DESC, sequence DESC LIMIT ${TRANSITIONS_MAX}`;

/** `:after`: a time in ISO 8601. */
export const LATENCY = `
SELECT ${LATENCY_COLUMNS}
FROM site_latency WHERE site = :site AND location = :location AND hour > :after ORDER BY hour`;

/** By the transitions, since a site that is up may have no failure among very many reports. */
export const FAILURES = `
SELECT ${REPORT_COLUMNS} FROM (
  SELECT producer_id, sequence, checked_at, order_at FROM site_transition
  WHERE site = :site AND location = :location AND outcome <> 'up'
    AND (from_outcome IS NULL OR from_outcome = 'up')
  ORDER BY order_at DESC, producer_id DESC, sequence DESC LIMIT ${FAILURES_MAX}) AS t
JOIN site_report r USING (producer_id, sequence, checked_at)
ORDER BY t.order_at DESC, t.producer_id DESC, t.sequence DESC`;

export const RECENT = `
SELECT ${REPORT_COLUMNS} FROM site_report r WHERE site = :site AND location = :location
ORDER BY order_at DESC, producer_id DESC, sequence DESC LIMIT ${RECENT_REPORTS_MAX}`;

export const LAST_CHANGE = "SELECT number FROM last_change";

/** `:change` and `:since`: what a cursor knows of changes, and its time in ISO 8601. */
export const CHANGED = `
SELECT ${STATUS_COLUMNS} FROM site_current c JOIN site_status s USING (site, location)
WHERE s.changed_in > :change OR (c.stale AND c.stale_at >= :since)
ORDER BY c.site, c.location`;

export const REMOVED = `
SELECT site, location FROM site_status
WHERE is_removed AND changed_in > :change ORDER BY site, location`;
