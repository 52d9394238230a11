/**
 * The schedule of a site: pure arithmetic on milliseconds since the process's anchor.
 *
 * Each site has its own place in the interval, drawn from its name, so that the checks of many sites
 * spread evenly and every thread, replacement and reload finds the same slots again.
 */
import { siteHash } from "./site_hash.ts";

/** The first check of a site comes within this time, however long its interval is. */
export const FIRST_CHECK_WITHIN_MS = 10_000;

/** The slots of a site: `firstMs`, then every `intervalMs` from `regularMs` on. */
export interface Slots {
  readonly firstMs: number;
  readonly regularMs: number;
  readonly intervalMs: number;
}

/**
 * Place of a site in its interval, in [0, 1). It is decided by the high bits of the site's hash, and
 * its partition by the low ones, so that the sites of a partition spread over the whole interval.
 */
export function placeOf(site: string, location: string): number {
  return siteHash(site, location) / 2 ** 32;
}

/**
 * The slots of a site whose place is `place`, in [0, 1). Its regular slots do not depend on when it
 * came: `sinceMs` after the anchor.
 */
export function slotsOf(
  place: number,
  intervalMs: number,
  sinceMs = 0,
  firstWithinMs = FIRST_CHECK_WITHIN_MS,
): Slots {
  const firstMs = sinceMs + place * Math.min(firstWithinMs, intervalMs);
  const phaseMs = place * intervalMs;
  // The first that lies at least half an interval after the first check.
  const count = Math.max(0, Math.ceil((firstMs + intervalMs / 2 - phaseMs) / intervalMs));
  return { firstMs, regularMs: phaseMs + count * intervalMs, intervalMs };
}

/** When slot `index` is: 0 is the first check. */
export function slotAt({ firstMs, regularMs, intervalMs }: Slots, index: number): number {
  return index === 0 ? firstMs : regularMs + (index - 1) * intervalMs;
}

/** How many slots lie at or before `elapsedMs`; it is also the index of the next one. */
export function slotsUntil(slots: Slots, elapsedMs: number): number {
  if (elapsedMs < slots.firstMs) return 0;
  if (elapsedMs < slots.regularMs) return 1;
  const count = 2 + Math.floor((elapsedMs - slots.regularMs) / slots.intervalMs);
  // The division may round across a slot that is asked about exactly.
  if (slotAt(slots, count) <= elapsedMs) return count + 1;
  return slotAt(slots, count - 1) > elapsedMs ? count - 1 : count;
}
