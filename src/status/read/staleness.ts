/** When a site counts as stale: no report arrived though one was due. */

/**
 * Time that a report may take beyond its slot: the default timeout of a check (10 s), the outbox's
 * group commit, a batch on its way and one broker restart.
 */
export const STALE_GRACE_MS = 30_000;

/** Slots that may pass; two, because a slot is left out when the last check still runs. */
export const STALE_INTERVALS = 2;
