import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { KafkaMessage } from "kafkajs";
import { receivedMessage } from "../../src/kafka/client/consumer_session.ts";
import type { RegisteredSchemas } from "../../src/kafka/registry/registered_schemas.ts";
import { idBytes, SCHEMA_ID_HEADER } from "../../src/kafka/schema_name.ts";
import { rowMessage } from "../../src/kafka/row_message.ts";
import { decodeMessage } from "../../src/report/codec.ts";
import { gapRow, reportRow } from "../contract/publisher_contract.ts";

Deno.test("rowMessage() keeps the row's key and bytes, uncopied, in the format single_object", () => {
  for (const row of [reportRow(7, { site: "Zürich" }), gapRow(3, 3, 9)]) {
    const { key, value, headers } = rowMessage(row, "single_object")!;
    strictEqual(String(key), row.key);
    ok(Buffer.isBuffer(value));
    strictEqual(value.buffer, row.payload.buffer);
    deepStrictEqual(new Uint8Array(value), row.payload);
    deepStrictEqual(headers, { "sitemon-id": `${row.producerId}/${row.sequence}` });
  }
});

Deno.test("rowMessage() names the span of the row's check in a header, where there is one", () => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  for (const format of ["single_object", "v1"] as const) {
    const row = { ...reportRow(7), traceparent };
    const message = rowMessage(row, format)!;
    deepStrictEqual(message.headers, { "sitemon-id": `${row.producerId}/7`, traceparent });
    const { headers, key, value } = message as KafkaMessage;
    const received = { topic: "t", partition: 0, message: { headers, key, value } as KafkaMessage };
    strictEqual(receivedMessage(received).traceparent, traceparent);
  }
});

Deno.test("rowMessage() writes a report's six fields of v1 under the url's base64, and no gap", () => {
  const url = "http://shop.example/ü";
  const { key, value } = rowMessage(reportRow(7, { url, response_code: 500 }), "v1")!;
  strictEqual(Buffer.from(String(key), "base64").toString(), url);
  const figures = { response_time: 40, response_code: 500 };
  const texts = { pattern: null, pattern_match: null, error_text: null };
  deepStrictEqual(decodeMessage(value), { kind: "v1", v1: { url, ...figures, ...texts } });
  strictEqual(rowMessage(gapRow(3, 3, 9), "v1"), undefined);
});

Deno.test("rowMessage() and receivedMessage() agree on a value whose schema a header names", () => {
  const row = reportRow(7);
  const datum = row.payload.subarray(10);
  const frame = () => ({ value: datum, headers: { [SCHEMA_ID_HEADER]: idBytes({ id: 3 }) } });
  const { headers, key, value } = rowMessage(row, { frame } as unknown as RegisteredSchemas)!;
  deepStrictEqual([String(key), new Uint8Array(value)], [row.key, datum]);
  const message = { headers, key, value } as unknown as KafkaMessage;
  const received = receivedMessage({ topic: "t", partition: 0, message });
  deepStrictEqual(received.value, Buffer.from([0, 0, 0, 0, 3, ...datum]));
  strictEqual(received.sitemonId, `${row.producerId}/7`);
});
