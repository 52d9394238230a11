/** The step that adds new reports to the hours in which they were checked. */
import { HOUR_MS } from "../../../runtime/time_units.ts";
import { IS_ANSWERED_SQL } from "../../../report/report.ts";
import { OUTCOMES } from "../../../report/outcome.ts";
import { LATENCY_BOUNDS_MS, latencyColumn } from "../../read/latency_buckets.ts";

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
    sum: `coalesce(sum(interval_ms::bigint) FILTER (WHERE outcome = '${outcome}'), 0)`,
    max: HOUR_MS,
  })),
  { column: "responses", sum: `count(*) FILTER (WHERE ${IS_ANSWERED_SQL})` },
  {
    column: "response_time_sum",
    sum: `coalesce(sum(response_time::bigint) FILTER (WHERE ${IS_ANSWERED_SQL}), 0)`,
  },
  ...LATENCY_BOUNDS_MS.map((boundMs) => ({
    column: latencyColumn(boundMs),
    sum: `count(*) FILTER (WHERE ${IS_ANSWERED_SQL} AND response_time <= ${boundMs})`,
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

export const MERGE_HOURS = `
hours AS (
  INSERT INTO site_hour AS t (site, location, hour, ${COLUMNS})
  SELECT site, location, date_trunc('hour', checked_at, 'UTC'),
    ${SUMS}
  FROM new GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (site, location, hour) DO UPDATE SET
    ${MERGED})`;
