/**
 * The buckets of response times that the hourly rollup counts, the same in every store.
 *
 * Only answered checks enter them (report/is_answered.ts): how long a refusal or a timeout took
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
