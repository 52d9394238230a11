/** A message on its way into a store, whoever carried it. */
import type { MessagePlace } from "../store.ts";

export interface Message extends MessagePlace {
  readonly key: Uint8Array | null;
  /** `null` for a tombstone. */
  readonly value: Uint8Array | null;
  /** The record's own timestamp, in milliseconds since 1970. */
  readonly timestampMs: number;
  /** The `sitemon-id` header (`producer_id/sequence`), if there was one. */
  readonly sitemonId: string | null;
  /** Names the span of what it tells of, if there is one. */
  readonly traceparent?: string;
}
