/**
 * The maintenance port: what a store needs from time to time, besides applying reports.
 *
 * Implemented by postgres/ and sqlite/, which pass one contract suite (tests/contract/).
 */
import { DAY_MS } from "../runtime/time_units.ts";
import { HISTORY_DAYS_MAX, type SiteKey } from "./queries.ts";

/** Transitions, rollups and alerts are small and are kept for a year and a month, however long reports are. */
export const ROLLUPS_RETENTION_MS = HISTORY_DAYS_MAX * DAY_MS;

/** What was purged. */
export interface Purged {
  /** Partitions of reports in PostgreSQL; reports themselves in SQLite. */
  readonly reports: number;
  readonly transitions: number;
  /** Hours and days. */
  readonly rollups: number;
  /** Ended alerts, each with its messages, and mutes. */
  readonly alerts: number;
}

/**
 * Purges expired history, and marks sites as removed.
 *
 * Safe beside stores that apply reports and beside itself in other processes. Each method rejects
 * with {@linkcode StoreUnavailableError} or {@linkcode StoreConfigurationError} of store.ts; what
 * was left undone then is done by the next call.
 */
export interface StatusMaintenance {
  /**
   * Moves the horizon to the UTC midnight before `retentionMs` ago, never back: from then on older
   * reports are counted as expired. Makes the partitions of the days to come. To be called before
   * reports are applied, so that no partitions of expired days are made.
   */
  prepare(retentionMs: number): Promise<void>;
  /**
   * Deletes the reports before the horizon, and what else is older than
   * {@linkcode ROLLUPS_RETENTION_MS}; ends early when the signal aborts. Resolves to
   * `undefined` when another process is at it.
   */
  purge(signal: AbortSignal): Promise<Purged | undefined>;
  /**
   * Marks a site as removed at all of its locations, or at one, and resolves to those that were
   * not yet. Its history stays; a report that is recorded later brings it back.
   */
  forget(site: string, location?: string): Promise<readonly SiteKey[]>;
  close(): Promise<void>;
}
