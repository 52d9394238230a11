import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { packBytes, unpackBytes } from "../../../src/outbox/thread/packed_bytes.ts";

Deno.test("unpackBytes() returns what was packed and sent", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array()), (parts) => {
    const packed = packBytes(parts);
    const sent = structuredClone(packed, { transfer: [packed.bytes.buffer] });
    deepStrictEqual(unpackBytes(sent), parts.map((part) => new Uint8Array(part)));
  }));
});
