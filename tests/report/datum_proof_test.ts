import { doesNotThrow, ok, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import avro from "avsc";
import fc from "../support/random_runs.ts";
import { LONG_MAX, LONG_MIN } from "../../src/report/bounds.ts";
import { datumProof, ENTRIES_MAX } from "../../src/report/datum_proof.ts";
import { DecodeError } from "../../src/report/decode_error.ts";
import type { AvroSchema } from "../../src/report/avro_schema.ts";

const STRINGS: AvroSchema = { type: "array", items: "string" };
const MAP: AvroSchema = { type: "map", values: "string" };

/** A zigzag number of any size, as the Avro specification writes it. */
function varint(value: number | bigint): number[] {
  const bytes = [];
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

const REFUSED: readonly [what: string, schema: AvroSchema, bytes: number[], message: RegExp][] = [
  ["a boolean is 2", "boolean", [2], /a boolean is 2 /],
  ["an int has 33 bits", "int", varint(2 ** 31), /an int is 2147483648 /],
  ["an int is below 32 bits", "int", varint(-(2 ** 31) - 1), /an int is -2147483649 /],
  ["a long is not exact", "long", varint(LONG_MAX + 1), /a long is -?\d+ /],
  ["a long would be rounded", "long", varint(LONG_MIN - 1), /a long is -?\d+ /],
  ["a long is the largest of Avro", "long", varint(2n ** 63n - 1n), /a long is -?\d+ /],
  ["a number has eleven bytes", "long", [...Array(10).fill(0x80), 0], /more than 10 bytes/],
  ["nothing is left", "int", [], /it ends early \(before byte 1 of 0\)/],
  ["a number ends in the middle", "int", [0x80], /it ends early/],
  [
    "a text is longer than the rest",
    "string",
    [...varint(5), 65],
    /a length is 5 \(before byte 1 of 2\)/,
  ],
  ["a text has 2 GiB", "string", varint(2 ** 31), /a length is 2147483648 /],
  ["a text has a negative length", "string", varint(-1), /a length is -1 /],
  ["a text is not UTF-8", "string", [2, 0xff], /a text is not UTF-8/],
  ["a text has half a character", "string", [6, 0xed, 0xa0, 0x80], /a text is not UTF-8/],
  ["a text ends within a character", "string", [2, 0xc3], /a text is not UTF-8/],
  ["a union has no such branch", ["null", "int"], [4], /no branch 2 /],
  ["a union's branch is negative", ["null", "int"], [1], /no branch -1 /],
  ["an array counts a billion", STRINGS, varint(1e9), /1000000000 entries, and 1000 are/],
  ["an array counts down", STRINGS, [...varint(-1e9), 0], /1000000000 entries, and 1000 are/],
  [
    "an array counts to no number",
    STRINGS,
    varint(2n ** 63n - 1n),
    /entries, and 1000 are allowed/,
  ],
  ["a block's size is wrong", STRINGS, [...varint(-1), 6, 2, 65, 0], /a block should end at byte/],
  ["a block's size is outside", STRINGS, [...varint(-1), 100, 2, 65, 0], /a length is 50/],
  ["a map counts a billion", MAP, varint(1e9), /1000000000 entries, and 1000 are/],
  ["something follows", "int", [0, 0], /trailing bytes: 1 /],
];

for (const [what, schema, bytes, message] of REFUSED) {
  Deno.test(`datumProof() throws DecodeError, when ${what}`, () => {
    const prove = datumProof(schema);
    throws(() => prove(new Uint8Array(bytes)), (error: Error) => {
      ok(error instanceof DecodeError);
      ok(message.test(error.message), error.message);
      return error.reason === "undecodable";
    });
  });
}

const PROVEN: readonly [what: string, schema: AvroSchema, bytes: number[]][] = [
  ["an int is the largest", "int", varint(2 ** 31 - 1)],
  ["an int is the smallest", "int", varint(-(2 ** 31))],
  ["a long is the largest exact one", "long", varint(LONG_MAX)],
  ["a long is the smallest exact one", "long", varint(LONG_MIN)],
  ["a number has more bytes than it needs", "long", [0x82, 0x80, 0x00]],
  ["a text is empty", "string", [0]],
  ["a text is not ASCII", "string", [8, ...new TextEncoder().encode("🔒")]],
  ["an array comes in blocks of both kinds", STRINGS, [2, 2, 65, ...varint(-1), 4, 2, 65, 0]],
  ["an array is full", STRINGS, [...varint(ENTRIES_MAX), ...Array(ENTRIES_MAX).fill(0), 0]],
  ["a map has a block with its size", MAP, [...varint(-1), 8, 2, 65, 2, 66, 0]],
  ["a logical type is a long", { type: "long", logicalType: "timestamp-micros" }, varint(2 ** 50)],
];

for (const [what, schema, bytes] of PROVEN) {
  Deno.test(`datumProof() finds nothing, when ${what}`, () => {
    datumProof(schema)(new Uint8Array(bytes));
  });
}

Deno.test("datumProof() throws DecodeError, when an array has one entry too many in all", () => {
  const block = [...varint(ENTRIES_MAX / 2), ...Array(ENTRIES_MAX / 2).fill(0)];
  const prove = datumProof(STRINGS);
  doesNotThrow(() => prove(new Uint8Array([...block, ...block, 0])));
  throws(() => prove(new Uint8Array([...block, ...block, 2, 0, 0])), DecodeError);
});

Deno.test("datumProof() takes what avsc takes for the same number, when a long is proven", () => {
  const prove = datumProof("long");
  const type = avro.Type.forSchema("long");
  fc.assert(fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
    const bytes = new Uint8Array(varint(value));
    const isExact = value <= LONG_MAX && value >= LONG_MIN;
    if (!isExact) return throws(() => prove(bytes), DecodeError);
    prove(bytes);
    return type.fromBuffer(Buffer.from(bytes)) === Number(value);
  }));
});
