/** What an outbox file holds, read by its owner or by anybody else while it is in use. */

/** State of an outbox file. */
export interface OutboxStats {
  readonly producerId: string;
  /** Reports and gaps that wait. */
  readonly rows: number;
  /** Bytes of the file in use. */
  readonly bytes: number;
  /** When the oldest waiting row was stored, in microseconds since 1970; `null` without rows. */
  readonly oldestMicros: number | null;
  /** Sequence of the oldest waiting report; `null` without reports. */
  readonly sequenceFirst: number | null;
  /** The last sequence ever given; 0 before the first. */
  readonly sequenceLast: number;
  /** Gaps that wait. */
  readonly gaps: number;
  /** Reports that the receiver will never take. */
  readonly deadLetters: number;
}

/**
 * Reads the stats of a file that another process may own and write.
 *
 * Throws `Deno.errors.NotFound` without a file, {@linkcode OutboxRefusedError} or
 * {@linkcode OutboxUnavailableError} when it cannot be read.
 */
export function readStats(_path: string): OutboxStats {
  throw new Error("skeleton");
}
