/**
 * The dead letters of a store, for those who repair: `sitemon dead-letter`.
 *
 * Implemented in postgres/ and sqlite/. What a dead letter holds is applied through the store port,
 * with its number in `Chunk.replayed`.
 */
import type { DeadLetterReason, MessagePlace } from "./store.ts";

/** A dead letter as it is kept. */
export interface StoredDeadLetter extends MessagePlace {
  /** Rises as dead letters are set aside, and is never used again. */
  readonly number: number;
  readonly reason: DeadLetterReason;
  readonly detail: string;
  /** The record's own timestamp: microseconds since 1970. */
  readonly recordedAt: number;
  /** When it was set aside: microseconds since 1970. */
  readonly receivedAt: number;
  readonly key: Uint8Array | null;
  /** The first bytes of the message, as many as were asked for; `null` for a tombstone. */
  readonly value: Uint8Array | null;
  /** How many bytes the whole message has. */
  readonly valueBytes: number;
  readonly sitemonId: string | null;
}

/** Which dead letters are meant: those of all conditions that are given. */
export interface DeadLetterFilter {
  /** At each of them there may be several: one of each topic that had the name. */
  readonly places?: readonly MessagePlace[];
  readonly reason?: string;
}

/** A page of dead letters. */
export interface DeadLetterQuery extends DeadLetterFilter {
  /** Number of the last dead letter of the page before. */
  readonly after?: number;
  readonly limit: number;
  /** Of each message, at most so many bytes. */
  readonly valueBytesMax: number;
}

/** Why a dead letter stays one. */
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
  /** Changes why dead letters are kept; those that are gone stay gone. */
  keep(verdicts: readonly ReplayFailure[]): Promise<void>;
  close(): Promise<void>;
}
