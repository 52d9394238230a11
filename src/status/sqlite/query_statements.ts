/** The statements behind the query port, as those of PostgreSQL; most read the views of docs/sql.md. */
import { FAILURES_MAX, RECENT_REPORTS_MAX, TRANSITIONS_MAX } from "../queries.ts";

export const STATUSES = "SELECT * FROM site_current ORDER BY site, location";

export const STATUS = "SELECT * FROM site_current WHERE site = :site AND location = :location";

export const UPTIMES = `
SELECT site, location, days, up_ms AS upMs, degraded_ms AS degradedMs, down_ms AS downMs,
  inconclusive_ms AS inconclusiveMs, window_ms AS windowMs
FROM site_uptime ORDER BY site, location, days`;

/** `:keys`: `[[site, location], …]` as JSON. */
export const DAYS = `
SELECT d.* FROM json_each(:keys) k
JOIN site_status s ON s.site = k.value ->> 0 AND s.location = k.value ->> 1
JOIN site_day d ON d.site = s.site AND d.location = s.location
WHERE NOT s.is_removed AND d.day > :before_first_day`;

export const TRANSITIONS = `
SELECT checked_at, from_outcome, outcome, reason FROM site_transition
WHERE site = :site AND location = :location AND order_at > :after_micros
ORDER BY order_at DESC, producer_id DESC, sequence DESC LIMIT ${TRANSITIONS_MAX}`;

/** `:after`: a time in ISO 8601. */
export const LATENCY = `
SELECT hour, responses, mean_ms AS meanMs, p50_ms AS p50Ms, p95_ms AS p95Ms, p99_ms AS p99Ms
FROM site_latency WHERE site = :site AND location = :location AND hour > :after ORDER BY hour`;

/** By the transitions, since a site that is well has no failure among very many reports. */
export const FAILURES = `
SELECT r.* FROM (
  SELECT producer_id, sequence, checked_at, order_at FROM site_transition
  WHERE site = :site AND location = :location AND outcome <> 'up'
    AND (from_outcome IS NULL OR from_outcome = 'up')
  ORDER BY order_at DESC, producer_id DESC, sequence DESC LIMIT ${FAILURES_MAX}) AS t
JOIN site_report r USING (producer_id, sequence, checked_at)
ORDER BY t.order_at DESC, t.producer_id DESC, t.sequence DESC`;

export const RECENT = `
SELECT * FROM site_report WHERE site = :site AND location = :location
ORDER BY order_at DESC, producer_id DESC, sequence DESC LIMIT ${RECENT_REPORTS_MAX}`;

export const LAST_CHANGE = "SELECT number FROM last_change";

/** `:change` and `:since`: what a cursor knows of changes, and its time in ISO 8601. */
export const CHANGED = `
SELECT c.* FROM site_current c JOIN site_status s USING (site, location)
WHERE s.changed_in > :change OR (c.stale AND c.stale_at >= :since)
ORDER BY c.site, c.location`;

export const REMOVED = `
SELECT site, location FROM site_status
WHERE is_removed AND changed_in > :change ORDER BY site, location`;
