/** A row of the outbox as a message of Kafka, in each of the formats. */
import { Buffer } from "node:buffer";
import type { OutboxRow } from "../outbox/publisher.ts";
import { decodeMessage, encodeV1 } from "../report/codec.ts";
import { formatSitemonId } from "../report/sitemon_id.ts";
import { TRACEPARENT } from "../runtime/telemetry/traceparent.ts";
import type { OutgoingMessage } from "./client_port.ts";
import { ID_HEADER } from "./id_header.ts";
import type { RegisteredSchemas } from "./registry/registered_schemas.ts";

/**
 * `single_object` carries everything, and so do schemas of a registry, which frame the same datum in
 * Confluent's way; `v1` carries the six fields that older systems read.
 */
export type RowFormat = "single_object" | "v1" | RegisteredSchemas;

/** The message of a row; undefined for a gap in the v1 format, which cannot express one. */
export function rowMessage(row: OutboxRow, format: RowFormat): OutgoingMessage | undefined {
  const headers = {
    [ID_HEADER]: formatSitemonId(row),
    ...(row.traceparent === undefined ? {} : { [TRACEPARENT]: row.traceparent }),
  };
  if (typeof format === "object") {
    const framed = format.frame(row.payload);
    const value = bufferOf(framed.value);
    return { key: Buffer.from(row.key), value, headers: { ...headers, ...framed.headers } };
  }
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
