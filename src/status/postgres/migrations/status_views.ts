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

export const statusViews: Migration = { name: "site_latency", up: [SITE_LATENCY] };
