/** How late checks began, between two looks at a producer's counts. */
import type { ScheduleCounts } from "./bench_producer.ts";

export interface Lateness {
  /** Milliseconds that such a part of the checks was not above, interpolated as Prometheus does. */
  latenessMs(part: number): number;
  /** Of all slots, in [0, 1]. */
  readonly skipped: number;
}

export function latenessOf(before: ScheduleCounts, after: ScheduleCounts): Lateness {
  const counts = Array.from(after.begunWithin, ([bound, count]) => {
    return { bound, count: count - (before.begunWithin.get(bound) ?? 0) };
  });
  const checks = counts.at(-1)?.count ?? 0;
  const skipped = after.skipped - before.skipped;
  return {
    skipped: skipped / Math.max(1, skipped + checks),
    latenessMs(part) {
      let lower = { bound: 0, count: 0 };
      for (const upper of counts) {
        // Of what lies beyond the last bound nothing more is known.
        if (upper.bound === Infinity) break;
        if (upper.count >= part * checks) {
          const share = (part * checks - lower.count) / Math.max(1, upper.count - lower.count);
          return 1_000 * (lower.bound + (upper.bound - lower.bound) * share);
        }
        lower = upper;
      }
      return 1_000 * lower.bound;
    },
  };
}
