/** Times of a certificate, which reach from the year 0 to 9999. */

/**
 * Milliseconds since 1970 of a time as node:tls gives it, `Dec 31 23:59:59 9999 GMT`; `undefined`
 * when it is none. `Date.parse()` takes the first years for those of our time: 0 for 2000.
 */
export function certificateTimeMs(shown: string): number | undefined {
  const [, dayAndTime, year] = /^(\w{3} +\d+ [\d:]+) (\d{1,4}) GMT$/.exec(shown) ?? [];
  if (year === undefined) return undefined;
  // A leap year, so that it has every day.
  const date = new Date(`${dayAndTime} 2000 GMT`);
  return Number.isNaN(date.getTime()) ? undefined : date.setUTCFullYear(Number(year));
}
