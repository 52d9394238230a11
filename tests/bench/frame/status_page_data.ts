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

/** How a database writes what the data is made of. */
interface Dialect {
  /** A source of rows with a column of whole numbers. */
  readonly series: (name: string, from: number, to: number) => string;
  /** The moment that is so many of a unit ago, as SQL. */
  readonly ago: (count: string, unit: "minute" | "day") => string;
  /** The start of the hour that is so many hours ago. */
  readonly hourAgo: (count: string) => string;
  readonly false: string;
  /** A column of site_status that SQLite's does not have, with its value. */
  readonly lastChecked: readonly [column: string, value: string];
}

const POSTGRES: Dialect = {
  series: (name, from, to) => `generate_series(${from}, ${to}) AS ${name}`,
  ago: (count, unit) => `(now() - ${count} * interval '1 ${unit}')`,
  hourAgo: (count) => `date_trunc('hour', now(), 'UTC') - ${count} * interval '1 hour'`,
  false: "false",
  lastChecked: [", last_checked", ", checked_at AT TIME ZONE 'UTC'"],
};

const NOW = "(CAST(strftime('%s', 'now') AS INTEGER) * 1000000)";
const SQLITE: Dialect = {
  series: (name, from, to) =>
    `(WITH RECURSIVE counted(${name}) AS (VALUES (${from}) UNION ALL
      SELECT ${name} + 1 FROM counted WHERE ${name} < ${to}) SELECT * FROM counted)`,
  ago: (count, unit) => `(${NOW} - ${count} * ${unit === "day" ? 86_400 : 60}000000)`,
  hourAgo: (count) => `${NOW} / 3600000000 * 3600000000 - ${count} * 3600000000`,
  false: "0",
  lastChecked: ["", ""],
};

const BUCKETS = [10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];
const COUNTS = [1, 5, 20, 40, 50, 55, 58, 58, 58, 58];
const PRODUCER = "'0a6b8d5e-0000-4000-8000-000000000001'";
const TIMINGS = `'{"dns": 50, "connect": 900, "tls": 9000, "first_byte": 38000, "transfer": 200}'`;
const SITE = "'site-' || s";
const PLACE = "site, location, order_at, producer_id, sequence, checked_at";
const STATUS = "recorded_at, url, response_time, response_code, outcome, attempts, timings, " +
  "next_check_ms, labels";

function pageData(
  { sites, days, reports }: PageDataSize,
  { series, ago, hourAgo, false: no, lastChecked: [column, value] }: Dialect,
): string {
  const at = ago("n", "minute");
  const day = ago("n", "day");
  const outcome = (isUp: number) => `CASE n % 2 WHEN ${isUp} THEN 'up' ELSE 'down' END`;
  return `
INSERT INTO site_hour (site, location, hour, up, degraded, down, inconclusive,
  up_ms, degraded_ms, down_ms, inconclusive_ms, responses, response_time_sum,
  ${BUCKETS.map((bound) => `responses_${bound}_ms`).join(", ")})
SELECT ${SITE}, 'default', ${hourAgo("h")}, 57, 0, 2, 1, 3420000, 0, 120000, 60000, 58, 5800,
  ${COUNTS.join(", ")}
FROM ${series("s", 1, sites)}, ${series("h", 0, days * 24 - 1)};
INSERT INTO site_report (${PLACE}, ${STATUS}, hops, truncated, failures, snippet)
SELECT ${SITE}, 'default', ${at}, ${PRODUCER}, s * ${reports} + n, ${at}, ${at},
  'https://shop.example/' || s, 100, 200, CASE WHEN n % 500 = 3 THEN 'down' ELSE 'up' END, 1,
  ${TIMINGS}, 60000, '{"team": "web", "tier": "1"}', '[]', ${no}, '[]',
  '<html><body>It works</body></html>'
FROM ${series("s", 1, sites)}, ${series("n", 1, reports)};
INSERT INTO site_transition (${PLACE}, from_outcome, outcome)
SELECT ${PLACE}, 'up', 'down' FROM site_report WHERE outcome = 'down'
UNION ALL
SELECT ${SITE}, 'default', ${day}, ${PRODUCER}, -n, ${day}, ${outcome(0)}, ${outcome(1)}
FROM ${series("s", 1, sites)}, ${series("n", 1, days)};
INSERT INTO site_status (${PLACE}, ${STATUS}${column})
SELECT ${PLACE}, ${STATUS}${value} FROM (
  SELECT *, row_number() OVER (PARTITION BY site, location ORDER BY order_at DESC) AS age
  FROM site_report) AS r
WHERE age = 1`;
}

/** For PostgreSQL, whose partitions of the last day have to be there. */
export function postgresPageData(size: PageDataSize): string {
  return pageData(size, POSTGRES);
}

/** For SQLite. */
export function sqlitePageData(size: PageDataSize): string {
  return `BEGIN;${pageData(size, SQLITE)};\nCOMMIT;\nANALYZE;`;
}
