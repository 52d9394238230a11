/** Step 3: a view of docs/sql.md, named and made as PostgreSQL's; times of views are ISO 8601. */
import { latencyQuantile } from "../../read/latency_buckets.ts";

/** SQL for a time of the tables as a text of ISO 8601. */
export function isoTime(micros: string): string {
  return `strftime('%Y-%m-%dT%H:%M:%fZ', (${micros}) / 1000 / 1000.0, 'unixepoch')`;
}

const SITE_LATENCY = `
CREATE VIEW site_latency AS
SELECT site, location, ${isoTime("hour")} AS hour, responses,
  round(1.0 * response_time_sum / responses, 1) AS mean_ms,
  round(${latencyQuantile(0.5)}, 1) AS p50_ms,
  round(${latencyQuantile(0.95)}, 1) AS p95_ms,
  round(${latencyQuantile(0.99)}, 1) AS p99_ms
FROM site_hour JOIN site_status s USING (site, location)
WHERE responses > 0 AND NOT s.is_removed`;

const ORDER = "(order_at, producer_id, sequence)";
/** Older SQLite shells have no fractions of the current second. */
const NOW_MS = "CAST(strftime('%s', 'now') AS INTEGER) * 1000";

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

export const STATUS_VIEWS = `${SITE_LATENCY};${SITE_INCIDENT};`;
