/** The limits of the query port, checked by every implementation. */
import {
  DAILY_SITES_MAX,
  HISTORY_DAYS_MAX,
  type HistoryOptions,
  LATENCY_DAYS_MAX,
  type SiteKey,
} from "../queries.ts";

/** Throws RangeError when the arguments of `daily()` exceed the limits. */
export function checkDaily(sites: readonly SiteKey[], days: number): void {
  mustBeWithin("sites", sites.length, { min: 0, max: DAILY_SITES_MAX });
  mustBeWithin("days", days, { min: 1, max: HISTORY_DAYS_MAX });
}

/** Throws RangeError when the arguments of `history()` exceed the limits. */
export function checkHistory({ transitionDays, latencyDays }: HistoryOptions): void {
  mustBeWithin("transitionDays", transitionDays, { min: 1, max: HISTORY_DAYS_MAX });
  mustBeWithin("latencyDays", latencyDays, { min: 1, max: LATENCY_DAYS_MAX });
}

function mustBeWithin(name: string, value: number, { min, max }: { min: number; max: number }) {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(
    `invalid "${name}": ${value} is not a whole number from ${min} to ${max}`,
  );
}
