/** A row of the outbox as a message of Kafka, in either of the two formats. */
import { Buffer } from "node:buffer";
import type { OutboxRow } from "../outbox/publisher.ts";
import { decodeMessage, encodeV1 } from "../report/codec.ts";
import { formatSitemonId } from "../report/sitemon_id.ts";
import { TRACEPARENT } from "../runtime/telemetry/traceparent.ts";
import type { OutgoingMessage } from "./client/producer_session.ts";
import { ID_HEADER } from "./id_header.ts";

/** `single_object` carries everything; `v1` the six fields that older systems read. */
export type KafkaFormat = "single_object" | "v1";

/** The message of a row; undefined for a gap in the v1 format, which cannot express one. */
export function rowMessage(row: OutboxRow, format: KafkaFormat): OutgoingMessage | undefined {
  const headers = {
    [ID_HEADER]: formatSitemonId(row),
    ...(row.traceparent === undefined ? {} : { [TRACEPARENT]: row.traceparent }),
  };
  if (format === "single_object") {
    return { key: Buffer.from(row.key), value: bufferOf(row.payload), headers };
  }
  if (row.kind === "gap") return undefined;
  const message = decodeMessage(row.payload);
  if (message.kind !== "report") return undefined;
  const { report } = message;
  // The key of the original Python service: base64 of the UTF-8 of the url.
  const key = Buffer.from(Buffer.from(report.url).toString("base64"));
  return { key, value: bufferOf(encodeV1(report)), headers };
}

/** A view: nothing is copied. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
