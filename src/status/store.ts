/**
 * The store port: where reports become history, status, transitions and rollups.
 *
 * Implemented by postgres/ and sqlite/, which pass one contract suite (tests/contract/).
 */
import type { Gap, SiteReport } from "../report/report.ts";

/** At most this many reports are applied in one transaction. */
export const CHUNK_REPORTS_MAX = 1_000;

/** Why a message can never be applied. */
export const DEAD_LETTER_REASONS = [
  "undecodable", // no Avro that sitemon wrote
  "schema", // a writer schema that this version does not know: replay with one that does
  "invalid", // decoded, but breaks the report's contract
  "clock", // checked_at lies over a day ahead of the store's clock
  "rejected", // the database refused this very row
] as const;
export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];

/** Where a message came from. A topic that was deleted and recreated reuses places. */
export interface MessagePlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/**
 * A message that can never be applied, kept whole with its reason. The same place, timestamp and
 * value are the same message.
 */
export interface DeadLetter extends MessagePlace {
  /** The record's own timestamp, in milliseconds since 1970. */
  readonly timestampMs: number;
  readonly reason: DeadLetterReason;
  /** One sentence on what was wrong. */
  readonly detail: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** The `sitemon-id` header (`producer_id/sequence`), if there was one. */
  readonly sitemonId: string | null;
}

/** What one transaction applies. */
export interface Chunk {
  /** At most {@linkcode CHUNK_REPORTS_MAX}, in any order, repeats allowed. */
  readonly reports: readonly SiteReport[];
  readonly gaps: readonly Gap[];
  readonly deadLetters: readonly DeadLetter[];
  /** Numbers of the dead letters of which this chunk applies what they hold; they go with it. */
  readonly replayed?: readonly number[];
}

/** What a transaction changed. */
export interface Applied {
  /** Reports that were new to the history. */
  readonly applied: number;
  /** Reports that were there already. */
  readonly duplicate: number;
  /** Of the applied: older than the status of their site, so that the status stayed. */
  readonly stale: number;
  /** Reports from before the history's horizon. */
  readonly expired: number;
  /** Dead letters that were new. */
  readonly dead: number;
}

/**
 * Applies reports, each exactly once in effect.
 *
 * `apply` is one transaction and idempotent: whatever is repeated, reordered or replayed, the
 * tables end the same. It is durable when it resolves. A store that rejected stays usable.
 */
export interface StatusStore {
  /** Brings the tables to this version's; harmless when they are, safe from several processes. */
  migrate(): Promise<void>;
  /**
   * Rejects with one of the three errors below, or with RangeError for a chunk over its bound, and has
   * then changed nothing.
   */
  apply(chunk: Chunk): Promise<Applied>;
  close(): Promise<void>;
}

/** Throws RangeError for more reports than one transaction applies. */
export function checkSize({ reports }: Chunk): void {
  if (reports.length <= CHUNK_REPORTS_MAX) return;
  throw new RangeError(
    `the chunk has ${reports.length} reports, more than the limit of ${CHUNK_REPORTS_MAX}`,
  );
}

/** The store cannot answer now; trying again later, on a new connection, is the remedy. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
  /** False when no list names the error. */
  readonly isKnown: boolean;
  /**
   * True when a row may be the cause, because the error is unknown or the session ended in the midst:
   * after some tries the rows themselves are suspected. See `entry_writer.ts`.
   */
  readonly isSuspect: boolean;

  constructor(
    message: string,
    options?: ErrorOptions & { isKnown?: boolean; isSuspect?: boolean },
  ) {
    super(message, options);
    this.isKnown = options?.isKnown ?? true;
    this.isSuspect = options?.isSuspect ?? !this.isKnown;
  }
}

/** Somebody has to change something first: rights, tables, credentials, a denied host. */
export class StoreConfigurationError extends Error {
  override readonly name = "StoreConfigurationError";
}

/** Why a store is not ready, in one word for `/readyz`. */
export function unreadyReason(error: unknown): string {
  if (error instanceof StoreConfigurationError) return "configuration";
  return error instanceof StoreUnavailableError && error.isKnown ? "unavailable" : "unknown_error";
}

export type StoreError = StoreUnavailableError | StoreConfigurationError | RowRejectedError;

/** True for the errors that a store may reject with; whatever else it throws is unknown. */
export function isStoreError(error: unknown): error is StoreError {
  return error instanceof StoreUnavailableError || error instanceof StoreConfigurationError ||
    error instanceof RowRejectedError;
}

/** A row of this chunk is one that the database will never take; dividing the chunk finds it. */
export class RowRejectedError extends RangeError {
  override readonly name = "RowRejectedError";
}
