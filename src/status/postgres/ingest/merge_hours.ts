/** The steps that add new reports to the hours in which they were checked, and to those that they cover. */
import { HOUR_MS } from "../../../runtime/time_units.ts";
import { IS_ANSWERED_SQL } from "../../../report/report.ts";
import { OUTCOMES } from "../../../report/outcome.ts";
import { LATENCY_BOUNDS_MS, latencyColumn } from "../../read/latency_buckets.ts";
import { microsOf } from "./report_columns.ts";

interface Total {
  readonly column: string;
  /** The total of the new reports of an hour. */
  readonly sum: string;
  readonly max?: number;
}

const TOTALS: readonly Total[] = [
  ...OUTCOMES.map((outcome) => ({
    column: outcome,
    sum: `count(*) FILTER (WHERE outcome = '${outcome}')`,
  })),
  // However many producers check a site, an hour has no more than an hour.
  ...OUTCOMES.map((outcome) => ({
    column: `${outcome}_ms`,
    sum: `coalesce(sum(covered_ms) FILTER (WHERE covered = '${outcome}'), 0)`,
    max: HOUR_MS,
  })),
  { column: "responses", sum: "count(answered_ms)" },
  { column: "response_time_sum", sum: "coalesce(sum(answered_ms), 0)" },
  ...LATENCY_BOUNDS_MS.map((boundMs) => ({
    column: latencyColumn(boundMs),
    sum: `count(*) FILTER (WHERE answered_ms <= ${boundMs})`,
  })),
];

/** Sums that are cut at each step end the same as their whole would: no term is negative. */
function bounded(sum: string, { max }: Total): string {
  return max === undefined ? sum : `least(${sum}, ${max})`;
}

const COLUMNS = TOTALS.map((total) => total.column).join(", ");
const SUMS = TOTALS.map((total) => bounded(total.sum, total)).join(",\n    ");
const MERGED = TOTALS.map((total) =>
  `${total.column} = ${bounded(`t.${total.column} + excluded.${total.column}`, total)}`
).join(",\n    ");

/** Each new report with its hour, and how many milliseconds that still has from there. */
const IN_HOUR = `
in_hour AS MATERIALIZED (
  SELECT site, location, outcome, next_check_ms,
    CASE WHEN ${IS_ANSWERED_SQL} THEN response_time END AS answered_ms,
    date_trunc('hour', checked_at, 'UTC') AS hour,
    (${HOUR_MS} - ${microsOf("checked_at")} / 1000 % ${HOUR_MS})::int AS room_ms
  FROM new)`;

/**
 * A report counts in its own hour. Where it holds until the next check in a later hour, the hours
 * after its own have what they are covered of it, and nothing else.
 */
const SHARES = `
shares AS (
  SELECT site, location, hour, outcome, answered_ms, outcome AS covered,
    least(coalesce(next_check_ms, 0), room_ms) AS covered_ms
  FROM in_hour
  UNION ALL
  SELECT site, location, hour + nth * interval '1 hour', NULL, NULL, outcome,
    least(next_check_ms - room_ms - (nth - 1) * ${HOUR_MS}, ${HOUR_MS})
  FROM in_hour CROSS JOIN LATERAL generate_series(
    1, (next_check_ms - room_ms + ${HOUR_MS - 1}) / ${HOUR_MS}) AS nth
  WHERE next_check_ms > room_ms)`;

const HOURS = `
hours AS (
  INSERT INTO site_hour AS t (site, location, hour, ${COLUMNS})
  SELECT site, location, hour, ${SUMS}
  FROM shares GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (site, location, hour) DO UPDATE SET
    ${MERGED})`;

export const MERGE_HOURS = [IN_HOUR, SHARES, HOURS];
