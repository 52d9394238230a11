/**
 * The buckets of response times that the hourly rollup counts, the same in every store.
 *
 * Only answered checks enter them (report/report.ts): how long a refusal or a timeout took
 * says nothing about how fast a site answers.
 */

/**
 * Upper bounds in milliseconds, inclusive and cumulative: a response of 40 ms counts in all of
 * them. From "felt as instant" to the default timeout of a check, at about half steps of a decade;
 * what is slower is in `responses` alone, which is the bucket without a bound.
 */
export const LATENCY_BOUNDS_MS = [10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000] as const;

/** The column of `site_hour` that counts the responses within a bound. */
export function latencyColumn(boundMs: number): string {
  return `responses_${boundMs}_ms`;
}

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
