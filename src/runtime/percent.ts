/** Parts of a whole, in the words of people. */

/** `99.98 %`: cut rather than rounded, so that it never says 100 % of what is less. */
export function percent(part: number | null): string {
  if (part === null) return "no data";
  return `${(Math.floor(part * 10_000) / 100).toFixed(part === 1 ? 0 : 2)} %`;
}
