import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { LogRecord } from "@logtape/logtape";
import {
  describeError,
  LOG_TEXT_LENGTH_MAX,
  logEntry,
} from "../../../src/runtime/telemetry/log_entry.ts";

function record(properties: Record<string, unknown>): LogRecord {
  return {
    category: ["sitemon", "kafka"],
    level: "error",
    message: ["Cannot connect to ", properties["host"], "!"],
    rawMessage: "Cannot connect to {host}!",
    timestamp: 5,
    properties,
  };
}

Deno.test("logEntry() is plain data with the message rendered", () => {
  const circular = { self: {} };
  circular.self = circular;
  const error = new TypeError("bad", { cause: new Error("worse") });
  const entry = logEntry(record({ host: "h", big: 1n, error, circular, no: undefined }), "relay");
  deepStrictEqual(structuredClone(entry), {
    timestamp: 5,
    level: "error",
    category: "kafka",
    template: "Cannot connect to {host}!",
    message: "Cannot connect to h!",
    properties: {
      host: "h",
      big: "1",
      error: "TypeError: bad (because Error: worse)",
      circular: "[unprintable]",
      no: null,
    },
    thread: "relay",
  });
});

Deno.test("logEntry() cuts long texts", () => {
  const { message, properties } = logEntry(record({ host: "x".repeat(1_000_000) }), "relay");
  strictEqual(message.length, LOG_TEXT_LENGTH_MAX);
  strictEqual(String(properties["host"]).length, LOG_TEXT_LENGTH_MAX);
});

Deno.test("describeError() names an error without a message by its class", () => {
  strictEqual(describeError(new RangeError()), "RangeError");
  strictEqual(describeError("thrown text"), "thrown text");
});
