/**
 * Where the relay gets its rows from: an Outbox in the same thread, or one behind a MessagePort
 * (outbox_client.ts).
 */
import type { OutboxRow, PublishResult } from "./publisher.ts";

/** Bounds of one batch. */
export interface TakeLimits {
  readonly rowsMax: number;
  /** Of payloads; the first row is handed out whatever its size. */
  readonly bytesMax: number;
  /** How long to wait for a row when there is none; 0 answers at once. */
  readonly waitMs: number;
  /** How long rows gather before they are handed out; 0 when absent. */
  readonly lingerMs?: number;
  /** Rows that follow the batch in flight, which stays in flight; else the oldest ones. */
  readonly isAhead?: boolean;
}

/** What became of the rows that were taken; those in neither list are kept and taken again. */
export type Settlement = Pick<PublishResult, "acknowledged" | "tooLarge">;

/**
 * Hands out the oldest rows, one batch at a time, and at most one more ahead of its turn.
 *
 * Rows that were taken are never dropped by a limit until they are settled. Taking again without
 * settling hands out the oldest rows again.
 */
export interface OutboxSource {
  /** Resolves to rows in their order; to none when the wait ended or the signal aborted. */
  take(limits: TakeLimits, signal: AbortSignal): Promise<readonly OutboxRow[]>;
  /**
   * Ends the batch that was taken first. When some of it is left, what was taken ahead is no longer
   * in flight, as it would come before that.
   *
   * Survives a crash when it resolves; a power cut may undo it, and the rows are then taken again.
   * Rejects with OutboxUnavailableError, and may then be repeated.
   */
  settle(settlement: Settlement): Promise<void>;
}
