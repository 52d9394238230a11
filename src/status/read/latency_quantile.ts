/** How fast a part of the answers of an hour was, estimated from the buckets of the rollup, in SQL. */
import { LATENCY_BOUNDS_MS, latencyColumn } from "./latency_buckets.ts";

/**
 * SQL for the milliseconds within which `part` (0 to 1, not 0) of the answers of a `site_hour`
 * came, for any store; `responses` must not be 0. Within a bucket answers count as spread evenly;
 * those slower than all bounds count as the last bound.
 *
 * @see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 */
export function latencyQuantile(part: number): string {
  const rank = `${part} * responses`;
  const cases = LATENCY_BOUNDS_MS.map((boundMs, index) => {
    const column = latencyColumn(boundMs);
    const lowerMs = index === 0 ? 0 : LATENCY_BOUNDS_MS[index - 1]!;
    const below = index === 0 ? "0" : latencyColumn(LATENCY_BOUNDS_MS[index - 1]!);
    return `WHEN ${column} >= ${rank} THEN ` +
      `${lowerMs} + ${boundMs - lowerMs} * (${rank} - ${below}) / (${column} - ${below})`;
  });
  return `CASE ${cases.join(" ")} ELSE ${LATENCY_BOUNDS_MS.at(-1)!} END`;
}
