// Goal: LZ4's frames as anybody writes them; damage and bombs are errors. Kafka's own producer
// writes the frames of kafka_consumer_test.ts.
import { strictEqual, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc, { runs } from "../../support/random_runs.ts";
import { BatchError } from "../../../src/kafka/records/batch_error.ts";
import { unpackLz4 } from "../../../src/kafka/records/lz4.ts";

const HEAD = "04224d18 40 40 00";
const END = "00000000";
/** A block that is compressed has its length without the highest bit. */
const hex = (...parts: string[]) => Buffer.from(parts.join("").replaceAll(" ", ""), "hex");

for (
  const [name, frame, text] of [
    ["nothing", hex(HEAD, END), ""],
    ["a block that is not compressed", hex(HEAD, "03000080 616263", END), "abc"],
    ["literals alone", hex(HEAD, "04000000 30 616263", END), "abc"],
    ["a copy that overlaps itself", hex(HEAD, "06000000 16 61 0100 10 62", END), "aaaaaaaaaaab"],
    ["a copy from farther back", hex(HEAD, "09000000 40 61626364 0400 10 65", END), "abcdabcde"],
    [
      "a copy from a block before",
      hex(HEAD, "04000080 61626364 05000000 00 0400 10 65", END),
      "abcdabcde",
    ],
    ["a length of two bytes", hex(HEAD, "07000000 1f 61 0100 02 10 62", END), `${"a".repeat(22)}b`],
    [
      "checksums and a size",
      hex("04224d18 5c 40 0300000000000000 00 03000080 616263 ffffffff", END),
      "abc",
    ],
  ] as const
) {
  Deno.test(`unpackLz4() reads ${name}`, () => {
    strictEqual(Buffer.from(unpackLz4(frame, 100)).toString(), text);
  });
}

for (
  const [name, frame, message] of [
    ["other bytes", hex("00000000 40 40 00", END), "it is no LZ4 frame"],
    ["a dictionary", hex("04224d18 41 40 00", END), "it is an LZ4 frame of an unknown kind"],
    ["a frame without an end", hex(HEAD, "03000080 616263"), "it ends too early"],
    ["a block that is cut off", hex(HEAD, "ff000000 61"), "it ends too early"],
    ["literals that are cut off", hex(HEAD, "02000000 f0 ff", END), "it ends too early"],
    ["a distance that is cut off", hex(HEAD, "03000000 11 61 01", END), "it ends too early"],
    [
      "a copy from before the start",
      hex(HEAD, "04000000 10 61 0200", END),
      "it refers 2 bytes back, of 1",
    ],
    ["a copy from nowhere", hex(HEAD, "04000000 10 61 0000", END), "it refers 0 bytes back, of 1"],
    ["101 bytes", hex(HEAD, "05000000 1f 61 0100 51", END), "it has more than 100 bytes"],
  ] as const
) {
  Deno.test(`unpackLz4() throws for ${name}`, () => {
    throws(() => unpackLz4(frame, 100), { name: "BatchError", message });
  });
}

Deno.test("unpackLz4() reads as much as it may", () => {
  strictEqual(unpackLz4(hex(HEAD, "05000000 1f 61 0100 50", END), 100).length, 100);
});

Deno.test("unpackLz4() ends with bytes or a BatchError, whatever it is given", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (block) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(block.length);
      try {
        unpackLz4(Buffer.concat([hex(HEAD), length, block, hex(END)]), 10_000);
      } catch (error) {
        strictEqual(error instanceof BatchError, true, String(error));
      }
    }),
    runs(2_000),
  );
});
