import { deepStrictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import Encoder from "kafkajs/encoder";
import "../../../src/kafka/client/quick_encoder.ts";

/** As kafkajs itself has it, value by value (protobuf.dev's examples among them). */
const UNSIGNED: readonly [value: number, bytes: readonly number[]][] = [
  [0, [0]],
  [1, [1]],
  [127, [0x7f]],
  [128, [0x80, 0x01]],
  [150, [0x96, 0x01]],
  [300, [0xac, 0x02]],
  [16_384, [0x80, 0x80, 0x01]],
  [2 ** 31 - 1, [0xff, 0xff, 0xff, 0xff, 0x07]],
  [2 ** 32 - 1, [0xff, 0xff, 0xff, 0xff, 0x0f]],
];

/** Zigzag: small numbers are short, whatever their sign. */
const SIGNED: readonly [value: number, bytes: readonly number[]][] = [
  [0, [0]],
  [-1, [1]],
  [1, [2]],
  [-2, [3]],
  [-64, [0x7f]],
  [64, [0x80, 0x01]],
  [2 ** 31 - 1, [0xfe, 0xff, 0xff, 0xff, 0x0f]],
  [-(2 ** 31), [0xff, 0xff, 0xff, 0xff, 0x0f]],
];

for (const [value, bytes] of UNSIGNED) {
  Deno.test(`kafkajs writes ${value} as ${bytes.length} bytes without a sign`, () => {
    deepStrictEqual([...new Encoder().writeUVarInt(value).buffer], bytes);
  });
}

for (const [value, bytes] of SIGNED) {
  Deno.test(`kafkajs writes ${value} as ${bytes.length} bytes with a sign`, () => {
    deepStrictEqual([...new Encoder().writeVarInt(value).buffer], bytes);
  });
}

Deno.test("kafkajs writes numbers and bytes one after another, however many", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 600 })), (parts) => {
    const encoder = new Encoder(1);
    for (const part of parts) encoder.writeVarIntBytes(Buffer.from(part));
    const expected = parts.flatMap((part) => {
      return [...new Encoder().writeVarInt(part.length).buffer, ...part];
    });
    deepStrictEqual([...encoder.buffer], expected);
  }));
});

Deno.test("kafkajs makes no Buffer for a number", () => {
  const encoder = new Encoder();
  const { from } = Buffer;
  let made = 0;
  Buffer.from = ((...args: Parameters<typeof from>) => {
    made++;
    return from(...args);
  }) as typeof from;
  try {
    encoder.writeUVarInt(300).writeVarInt(-64);
  } finally {
    Buffer.from = from;
  }
  deepStrictEqual([made, ...encoder.buffer], [0, 0xac, 0x02, 0x7f]);
});
