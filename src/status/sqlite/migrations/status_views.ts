/** Step 3: the views of docs/sql.md, named and made as PostgreSQL's; their times are ISO 8601. */
import { latencyQuantile } from "../../read/latency_buckets.ts";
import { STALE_GRACE_MS, STALE_INTERVALS } from "../../queries.ts";

const ORDER = "(order_at, producer_id, sequence)";
/** Older SQLite shells have no fractions of the current second. */
const NOW_MS = "CAST(strftime('%s', 'now') AS INTEGER) * 1000";

function isoTime(micros: string): string {
  return `strftime('%Y-%m-%dT%H:%M:%fZ', (${micros}) / 1000 / 1000.0, 'unixepoch')`;
}

const SITE_CURRENT = `
CREATE VIEW site_current AS
SELECT site, location, url, outcome, reason, ${isoTime("since_micros")} AS since,
  coalesce(${NOW_MS} * 1000 > stale_micros, 0) AS stale, ${isoTime("stale_micros")} AS stale_at,
  ${isoTime("checked_at")} AS checked_at, response_time, response_code, error_text, interval_ms,
  attempts, timings, remote_address,
  ${isoTime("certificate_expires_at")} AS certificate_expires_at, labels
FROM (
  SELECT s.*, order_at + (${STALE_INTERVALS} * interval_ms + ${STALE_GRACE_MS}) * 1000
      AS stale_micros,
    (SELECT checked_at FROM site_transition t
     WHERE t.site = s.site AND t.location = s.location
     ORDER BY order_at DESC, producer_id DESC, sequence DESC LIMIT 1) AS since_micros
  FROM site_status s WHERE NOT s.is_removed)`;

const SITE_LATENCY = `
CREATE VIEW site_latency AS
SELECT site, location, ${isoTime("hour")} AS hour, responses,
  round(1.0 * response_time_sum / responses, 1) AS mean_ms,
  round(${latencyQuantile(0.5)}, 1) AS p50_ms,
  round(${latencyQuantile(0.95)}, 1) AS p95_ms,
  round(${latencyQuantile(0.99)}, 1) AS p99_ms
FROM site_hour JOIN site_status s USING (site, location)
WHERE responses > 0 AND NOT s.is_removed`;

// An incident lasts from the first outcome that is not up until the next that is.
const SITE_INCIDENT = `
CREATE VIEW site_incident AS
SELECT site, location, ${isoTime("checked_at")} AS began_at, ${isoTime("end_micros")} AS ended_at,
  (coalesce(end_micros / 1000, ${NOW_MS}) - checked_at / 1000) / 1000.0 AS duration_seconds,
  CASE WHEN outcome = 'down' OR EXISTS (
    SELECT 1 FROM site_transition w
    WHERE w.site = b.site AND w.location = b.location AND w.outcome = 'down'
      AND w.order_at >= b.order_at AND w.order_at <= coalesce(b.end_order, w.order_at)
      AND (w.order_at, w.producer_id, w.sequence) > (b.order_at, b.producer_id, b.sequence)
  ) THEN 'down' ELSE 'degraded' END AS outcome,
  reason
FROM (
  SELECT t.*, lead(t.checked_at) OVER edges AS end_micros,
    lead(t.order_at) OVER edges AS end_order
  FROM site_transition t JOIN site_status s USING (site, location)
  WHERE NOT s.is_removed
    AND (t.outcome = 'up' OR t.from_outcome IS NULL OR t.from_outcome = 'up')
  WINDOW edges AS (PARTITION BY t.site, t.location ORDER BY ${
  ORDER.slice(1, -1).split(", ").map((column) => `t.${column}`).join(", ")
})) AS b
WHERE outcome <> 'up'`;

export const STATUS_VIEWS = `${[SITE_CURRENT, SITE_LATENCY, SITE_INCIDENT].join(";\n")};`;
