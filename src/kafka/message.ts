/** Messages of Kafka: as they are sent, and as they are received. */
import type { Buffer } from "node:buffer";

/** Name of the header that identifies a message without decoding it: `producer_id/sequence`. */
export const ID_HEADER = "sitemon-id";

export interface OutgoingMessage {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** The same, structurally, as what the ingest takes. */
export interface ReceivedMessage {
  readonly topic: string;
  readonly partition: number;
  /** Stays below 2^53: at a million messages a second that is 285 years. */
  readonly offset: number;
  readonly key: Uint8Array | null;
  /** `null` for a tombstone. */
  readonly value: Uint8Array | null;
  /** The record's own timestamp, in milliseconds since 1970. */
  readonly timestampMs: number;
  /** The `sitemon-id` header (`producer_id/sequence`), if there was one. */
  readonly sitemonId: string | null;
  /** The `traceparent` header, if there was one. */
  readonly traceparent?: string;
}
