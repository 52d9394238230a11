/** When a site counts as stale: no report arrived though one was due. */

/**
 * Time that a report may take beyond its slot: the default timeout of a check (10 s), the outbox's
 * group commit, a batch on its way and one broker restart.
 */
export const STALE_GRACE_MS = 30_000;

/** Slots that may pass; two, because a slot is left out when the last check still runs. */
export const STALE_INTERVALS = 2;

/** What staleness is judged by. */
export interface Freshness {
  /** Microseconds. Not checked_at, which a producer's broken clock may have put a day ahead. */
  readonly orderAt: number;
  /** `null` when the report did not say, and then the site never turns stale. */
  readonly intervalMs: number | null;
}

/** True when the next report is overdue at `nowMicros`, the store's clock. */
export function isStale({ orderAt, intervalMs }: Freshness, nowMicros: number): boolean {
  if (intervalMs === null) return false;
  return nowMicros - orderAt > (STALE_INTERVALS * intervalMs + STALE_GRACE_MS) * 1_000;
}
