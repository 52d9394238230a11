/**
 * The dead letters of a store, for those who repair: `sitemon dead-letter`.
 *
 * Implemented in postgres/ and sqlite/. What a dead letter holds is applied through the store port,
 * with its number in `Chunk.replayed`.
 */
import type { DeadLetterReason, MessagePlace } from "./store.ts";

/** A dead letter as it is kept. */
export interface StoredDeadLetter extends MessagePlace {
  /** Rises with each new dead letter, and is never reused. */
  readonly number: number;
  readonly reason: DeadLetterReason;
  readonly detail: string;
  /** The record's own timestamp: microseconds since 1970. */
  readonly recordedAt: number;
  /** When it became a dead letter: microseconds since 1970. */
  readonly receivedAt: number;
  readonly key: Uint8Array | null;
  /** The first bytes of the message, as many as requested; `null` for a tombstone. */
  readonly value: Uint8Array | null;
  /** How many bytes the whole message has. */
  readonly valueBytes: number;
  readonly sitemonId: string | null;
}

/** Selects dead letters: those that match every condition given. */
export interface DeadLetterFilter {
  /** A place may have several: one for each time its topic was recreated. */
  readonly places?: readonly MessagePlace[];
  readonly reason?: string;
}

/** A page of dead letters. */
export interface DeadLetterQuery extends DeadLetterFilter {
  /** Number of the last dead letter of the page before. */
  readonly after?: number;
  readonly limit: number;
  /** Of each message, at most this many bytes. */
  readonly valueBytesMax: number;
}

/** Why a replay did not apply a dead letter. */
export interface ReplayFailure extends MessagePlace {
  readonly number: number;
  readonly reason: DeadLetterReason;
  readonly detail: string;
}

/** Rejects with the errors of the store port. */
export interface DeadLetters {
  count(filter: DeadLetterFilter): Promise<number>;
  /** In the order of their numbers. */
  read(query: DeadLetterQuery): Promise<readonly StoredDeadLetter[]>;
  /** Updates why dead letters are kept; those that are gone stay gone. */
  keep(failures: readonly ReplayFailure[]): Promise<void>;
  close(): Promise<void>;
}
