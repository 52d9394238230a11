/**
 * The publisher port: where the relay sends what the outbox holds.
 *
 * Implemented by kafka/kafka_publisher.ts and, in one process, by threads/store/store_thread.ts over a status store.
 */

/** A row of the outbox on its way out. */
export interface OutboxRow {
  /** Position in the file: rising, never reused. Not the sequence: a gap has a row too. */
  readonly id: number;
  readonly kind: "report" | "gap";
  /** The site's name, or the producer's id for a gap: what the message is keyed by. */
  readonly key: string;
  readonly producerId: string;
  /** The report's sequence, or the first one of a gap. */
  readonly sequence: number;
  /** When it was stored: microseconds since 1970. */
  readonly recordedAt: number;
  /** Single-object encoded Avro. */
  readonly payload: Uint8Array;
  /** Names the span of the report's check, where it is traced and that is still known. */
  readonly traceparent?: string | undefined;
}

/** What became of each row of a batch; a row in neither list is kept and sent again. */
export interface PublishResult {
  /** Ids of the rows that are durably stored by the receiver. */
  readonly acknowledged: readonly number[];
  /** Ids of the rows that it will never take because each is too large by itself. */
  readonly tooLarge: readonly number[];
  /** Why the rest was not acknowledged, when some was not. */
  readonly failure?: PublishError;
}

/** Why publishing failed, in the words of readiness, metrics and logs. */
export const PUBLISH_FAILURES = [
  "unreachable", // temporary: broker down, half-open, restarting, leader moving
  "timeout", // temporary: no answer within the publisher's own deadline
  "permission", // this thread may not talk to a host that the broker advertises
  "tls",
  "authentication",
  "authorization",
  "topic_missing",
  "registry", // temporary: the schema registry is needed, and does not answer
  "registry_refused", // the schema registry refuses the login, or the schema
  "message_limit", // the topic takes no message, however small
  "rejected", // anything else the receiver answered
] as const;
export type PublishFailure = (typeof PUBLISH_FAILURES)[number];

/** Thrown, or handed over in {@linkcode PublishResult}, when rows could not be published. */
export class PublishError extends Error {
  override readonly name = "PublishError";
  readonly failure: PublishFailure;

  constructor(failure: PublishFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }

  /** True when a retry may succeed; false when an operator has to change something. */
  get isTemporary(): boolean {
    return ["unreachable", "timeout", "registry", "rejected"].includes(this.failure);
  }
}

/**
 * Publishes rows in their order.
 *
 * A row may be called acknowledged only after the receiver confirmed, for that very row, that it is
 * durably stored. Publishing a row again must be harmless. `publish` ends within the publisher's
 * own deadline whatever the network does, and is never called while another call is running.
 */
export interface Publisher {
  /** Resolves to what became of each row; rejects with {@linkcode PublishError} when none was taken. */
  publish(rows: readonly OutboxRow[]): Promise<PublishResult>;
  /** Closes connections within two seconds; repeating it is harmless. */
  close(): Promise<void>;
}

/** What a publisher remembers across restarts, in the outbox file: few texts, each under a name. */
export interface PublisherNotes {
  /** Resolves to all of them. Rejects with OutboxUnavailableError, as the other method does. */
  readNotes(): Promise<ReadonlyMap<string, string>>;
  /** Durable when it resolves; replaces what has that name. */
  writeNote(name: string, text: string): Promise<void>;
}
