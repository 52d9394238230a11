/** A row of the outbox as a message of Kafka, in either of the two formats. */
import { Buffer } from "node:buffer";
import type { Message } from "kafkajs";
import type { OutboxRow } from "../outbox/publisher.ts";
import { decodeMessage, encodeV1 } from "../report/codec.ts";
import { v1Key } from "../report/message_key.ts";
import { TRACEPARENT } from "../runtime/telemetry/traceparent.ts";

/** `single_object` carries everything; `v1` the six fields that older systems read. */
export type KafkaFormat = "single_object" | "v1";

/** Name of the header that identifies a message without decoding it: `producer_id/sequence`. */
export const ID_HEADER = "sitemon-id";

/** The message of a row, or nothing for a gap in the v1 format, which has no word for it. */
export function rowMessage(row: OutboxRow, format: KafkaFormat): Message | undefined {
  const headers = {
    [ID_HEADER]: `${row.producerId}/${row.sequence}`,
    ...(row.traceparent === undefined ? {} : { [TRACEPARENT]: row.traceparent }),
  };
  if (format === "single_object") {
    return { key: Buffer.from(row.key), value: bufferOf(row.payload), headers };
  }
  if (row.kind === "gap") return undefined;
  const message = decodeMessage(row.payload);
  if (message.kind !== "report") return undefined;
  const { report } = message;
  return { key: Buffer.from(v1Key(report.url)), value: bufferOf(encodeV1(report)), headers };
}

/** kafkajs writes a Uint8Array that is no Buffer as a batch that brokers refuse. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
