/** Ranges of sequences for people. */
import type { Run } from "../../report/sequence_runs.ts";

/** Ranges that are named; of a file with more, somebody has to look at the output itself. */
export const RANGES_SHOWN_MAX = 20;

/** Such as `3, 7 to 12`, and how many more there are. */
export function rangesText(runs: readonly Run[], leftOff = 0): string {
  const shown = runs.slice(0, RANGES_SHOWN_MAX)
    .map(({ first, last }) => first === last ? `${first}` : `${first} to ${last}`);
  const more = runs.length - shown.length + leftOff;
  return shown.join(", ") + (more > 0 ? ` and ${more} more ranges` : "");
}
