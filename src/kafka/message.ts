/** A message of Kafka on its way into a store. */
import type { Buffer } from "node:buffer";
import type { KafkaMessage } from "kafkajs";
import { TRACEPARENT } from "../runtime/telemetry/traceparent.ts";
import { ID_HEADER } from "./row_message.ts";

/** The same, structurally, as what the ingest takes. */
export interface ReceivedMessage {
  readonly topic: string;
  readonly partition: number;
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

/** Takes from kafkajs's message what sitemon needs of it. */
export function receivedMessage(
  { topic, partition, message }: { topic: string; partition: number; message: KafkaMessage },
): ReceivedMessage {
  const traceparent = headerText(message.headers?.[TRACEPARENT]);
  return {
    topic,
    partition,
    // Longs stay below 2^53: at a million messages a second that is 285 years.
    offset: Number(message.offset),
    key: message.key,
    value: message.value,
    timestampMs: Number(message.timestamp),
    sitemonId: headerText(message.headers?.[ID_HEADER]),
    ...(traceparent === null ? {} : { traceparent }),
  };
}

/** A header may be there more than once; the first one counts. */
function headerText(header: Buffer | string | (Buffer | string)[] | undefined): string | null {
  const first = Array.isArray(header) ? header[0] : header;
  return first === undefined || first === null ? null : first.toString();
}
