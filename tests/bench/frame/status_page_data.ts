/**
 * Made data for the questions of a status page: sites that were checked each minute, with rollups
 * and transitions of many days and the reports of the last one. As SQL, because ingesting a
 * hundred million reports would take hours.
 */

/** How much is made. */
export interface PageDataSize {
  readonly sites: number;
  /** Of rollups and transitions. */
  readonly days: number;
  /** Of reports, each a minute after the one before. */
  readonly reports: number;
}

const SNIPPET = "<html><body>It works</body></html>";

const BUCKETS = [10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];
const COUNTS = [1, 5, 20, 40, 50, 55, 58, 58, 58, 58];
const HOUR_COLUMNS = [
  "site, location, hour, up, degraded, down, inconclusive",
  "up_ms, degraded_ms, down_ms, inconclusive_ms, responses, response_time_sum",
  ...BUCKETS.map((bound) => `responses_${bound}_ms`),
].join(", ");
const HOUR_CELLS = `57, 0, 2, 1, 3420000, 0, 120000, 60000, 58, 5800, ${COUNTS.join(", ")}`;
const PRODUCER = "0a6b8d5e-0000-4000-8000-000000000001";
const REPORT_COLUMNS = "site, location, order_at, producer_id, sequence, checked_at, " +
  "recorded_at, url, response_time, response_code, outcome, attempts, timings, interval_ms, " +
  "labels, hops, truncated, failures, snippet";
const TIMINGS = `{"dns": 50, "connect": 900, "tls": 9000, "first_byte": 38000, "transfer": 200}`;
const LABELS = `{"team": "web", "tier": "1"}`;

function siteName(number: string): string {
  return `'site-' || ${number}`;
}

/** For PostgreSQL, whose partitions of the last day have to be there. */
export function postgresPageData({ sites, days, reports }: PageDataSize): string {
  const sequence = `s * ${reports} + n`;
  const at = "now() - n * interval '1 minute'";
  return `
INSERT INTO site_hour (${HOUR_COLUMNS})
SELECT ${siteName("s")}, 'default', date_trunc('hour', now(), 'UTC') - h * interval '1 hour',
  ${HOUR_CELLS}
FROM generate_series(1, ${sites}) AS s, generate_series(0, ${days * 24 - 1}) AS h;
INSERT INTO site_report (${REPORT_COLUMNS})
SELECT ${siteName("s")}, 'default', ${at}, '${PRODUCER}', ${sequence}, ${at}, ${at},
  'https://shop.example/' || s, 100, 200, CASE WHEN n % 500 = 3 THEN 'down' ELSE 'up' END, 1,
  '${TIMINGS}', 60000, '${LABELS}', '[]', false, '[]', '${SNIPPET}'
FROM generate_series(1, ${sites}) AS s, generate_series(1, ${reports}) AS n;
INSERT INTO site_transition
  (site, location, order_at, producer_id, sequence, checked_at, from_outcome, outcome)
SELECT site, location, order_at, producer_id, sequence, checked_at, 'up', 'down'
FROM site_report WHERE outcome = 'down'
UNION ALL
SELECT ${siteName("s")}, 'default', t, '${PRODUCER}', -n, t,
  CASE n % 2 WHEN 0 THEN 'up' ELSE 'down' END, CASE n % 2 WHEN 0 THEN 'down' ELSE 'up' END
FROM generate_series(1, ${sites}) AS s, generate_series(1, ${days}) AS n,
  LATERAL (SELECT now() - n * interval '1 day' AS t) AS at;
INSERT INTO site_status (site, location, url, order_at, producer_id, sequence, checked_at,
  recorded_at, last_checked, response_time, response_code, outcome, attempts, timings, interval_ms,
  labels)
SELECT DISTINCT ON (site) site, location, url, order_at, producer_id, sequence, checked_at,
  recorded_at, checked_at AT TIME ZONE 'UTC', response_time, response_code, outcome, attempts,
  timings, interval_ms, labels
FROM site_report ORDER BY site, order_at DESC`;
}

/** For SQLite. */
export function sqlitePageData({ sites, days, reports }: PageDataSize): string {
  const series = (name: string, from: number, to: number) =>
    `${name}(${name}) AS (VALUES (${from}) UNION ALL SELECT ${name} + 1 FROM ${name} ` +
    `WHERE ${name} < ${to})`;
  const now = "(CAST(strftime('%s', 'now') AS INTEGER) * 1000000)";
  const at = `(${now} - n * 60000000)`;
  return `
BEGIN;
WITH ${series("s", 1, sites)}, ${series("h", 0, days * 24 - 1)}
INSERT INTO site_hour (${HOUR_COLUMNS})
SELECT ${siteName("s")}, 'default', ${now} / 3600000000 * 3600000000 - h * 3600000000, ${HOUR_CELLS}
FROM s, h;
WITH ${series("s", 1, sites)}, ${series("n", 1, reports)}
INSERT INTO site_report (${REPORT_COLUMNS})
SELECT ${siteName("s")}, 'default', ${at}, '${PRODUCER}', s * ${reports} + n, ${at}, ${at},
  'https://shop.example/' || s, 100, 200, CASE WHEN n % 500 = 3 THEN 'down' ELSE 'up' END, 1,
  '${TIMINGS}', 60000, '${LABELS}', '[]', 0, '[]', '${SNIPPET}'
FROM s, n;
WITH ${series("s", 1, sites)}, ${series("n", 1, days)}
INSERT INTO site_transition
  (site, location, order_at, producer_id, sequence, checked_at, from_outcome, outcome)
SELECT site, location, order_at, producer_id, sequence, checked_at, 'up', 'down'
FROM site_report WHERE outcome = 'down'
UNION ALL
SELECT ${siteName("s")}, 'default', ${now} - n * 86400000000, '${PRODUCER}', -n,
  ${now} - n * 86400000000, CASE n % 2 WHEN 0 THEN 'up' ELSE 'down' END,
  CASE n % 2 WHEN 0 THEN 'down' ELSE 'up' END
FROM s, n;
INSERT INTO site_status (site, location, url, order_at, producer_id, sequence, checked_at,
  recorded_at, response_time, response_code, outcome, attempts, timings, interval_ms, labels)
SELECT site, location, url, max(order_at), producer_id, sequence, checked_at, recorded_at,
  response_time, response_code, outcome, attempts, timings, interval_ms, labels
FROM site_report GROUP BY site, location;
COMMIT;
ANALYZE;`;
}
