/** Step 3: a view of docs/sql.md, named and made as PostgreSQL's; times of views are ISO 8601. */
import { latencyQuantile } from "../../read/latency_buckets.ts";

/** SQL for a time of the tables as a text of ISO 8601. */
export function isoTime(micros: string): string {
  return `strftime('%Y-%m-%dT%H:%M:%fZ', (${micros}) / 1000 / 1000.0, 'unixepoch')`;
}

export const STATUS_VIEWS = `
CREATE VIEW site_latency AS
SELECT site, location, ${isoTime("hour")} AS hour, responses,
  round(1.0 * response_time_sum / responses, 1) AS mean_ms,
  round(${latencyQuantile(0.5)}, 1) AS p50_ms,
  round(${latencyQuantile(0.95)}, 1) AS p95_ms,
  round(${latencyQuantile(0.99)}, 1) AS p99_ms
FROM site_hour JOIN site_status s USING (site, location)
WHERE responses > 0 AND NOT s.is_removed;`;
