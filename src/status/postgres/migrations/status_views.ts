/** Migration 5: a view of docs/sql.md, for people who ask in SQL; queries are built on it too. */
import { latencyQuantile } from "../../read/latency_buckets.ts";
import type { Migration } from "./migration.ts";

const SITE_LATENCY = `
CREATE VIEW site_latency AS
SELECT site, location, hour, responses,
  round(response_time_sum::numeric / responses, 1)::float8 AS mean_ms,
  round(${latencyQuantile(0.5)}, 1)::float8 AS p50_ms,
  round(${latencyQuantile(0.95)}, 1)::float8 AS p95_ms,
  round(${latencyQuantile(0.99)}, 1)::float8 AS p99_ms
FROM site_hour JOIN site_status s USING (site, location)
WHERE responses > 0 AND NOT s.is_removed`;

// An incident lasts from the first outcome that is not up until the next that is.
const SITE_INCIDENT = `
CREATE VIEW site_incident AS
SELECT b.site, b.location, b.checked_at AS began_at, e.checked_at AS ended_at,
  coalesce(e.checked_at, now()) - b.checked_at AS duration, worst.outcome, b.reason
FROM site_transition b JOIN site_status s USING (site, location)
LEFT JOIN LATERAL (
  SELECT order_at, producer_id, sequence, checked_at FROM site_transition
  WHERE site = b.site AND location = b.location AND outcome = 'up'
    AND (order_at, producer_id, sequence) > (b.order_at, b.producer_id, b.sequence)
  ORDER BY order_at, producer_id, sequence LIMIT 1) AS e ON true
CROSS JOIN LATERAL (
  SELECT CASE WHEN bool_or(outcome = 'down') THEN 'down' ELSE 'degraded' END AS outcome
  FROM site_transition
  WHERE site = b.site AND location = b.location
    AND (order_at, producer_id, sequence) >= (b.order_at, b.producer_id, b.sequence)
    AND (e.order_at IS NULL
      OR (order_at, producer_id, sequence) < (e.order_at, e.producer_id, e.sequence))) AS worst
WHERE b.outcome <> 'up' AND (b.from_outcome IS NULL OR b.from_outcome = 'up')
  AND NOT s.is_removed`;

export const statusViews: Migration = {
  name: "site_latency, site_incident",
  up: [SITE_LATENCY, SITE_INCIDENT],
};
