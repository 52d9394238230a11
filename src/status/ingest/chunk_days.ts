/** Divides entries by the days of their reports, so that no transaction spans too many. */
import type { Entry } from "./entry.ts";

/**
 * Days of checked_at that one transaction spans at most. PostgreSQL locks a partition and its two
 * indexes for each, out of 6,400 locks that all sessions share by default; a chunk of ordinary
 * times spans two days, and one of an outbox that caught up a month.
 */
export const CHUNK_DAYS_MAX = 32;

const DAY_MICROS = 86_400_000_000;

/** The entries in their order, in as few parts as this order allows. */
export function withinDays(entries: readonly Entry[]): Entry[][] {
  const parts: Entry[][] = [[]];
  const days = new Set<number>();
  for (const entry of entries) {
    if (entry.kind === "report") {
      const day = Math.floor(entry.report.checked_at / DAY_MICROS);
      if (days.size === CHUNK_DAYS_MAX && !days.has(day)) {
        days.clear();
        parts.push([]);
      }
      days.add(day);
    }
    parts.at(-1)!.push(entry);
  }
  return parts;
}
