// Goal: Snappy as anybody writes it; damage and bombs are errors. Kafka's own producer writes the
// blocks of kafka_consumer_test.ts.
import { strictEqual, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc, { runs } from "../../support/random_runs.ts";
import { BatchError } from "../../../src/kafka/records/batch_error.ts";
import { unpackSnappy } from "../../../src/kafka/records/snappy.ts";

const JAVA = "82534e4150505900 00000001 00000001";
const hex = (...parts: string[]) => Buffer.from(parts.join("").replaceAll(" ", ""), "hex");

for (
  const [name, bytes, text] of [
    ["nothing", hex("00"), ""],
    ["a literal", hex("03 08 616263"), "abc"],
    ["a literal with a length of one byte", hex("03 f0 02 616263"), "abc"],
    ["a literal with a length of four bytes", hex("03 fc 02000000 616263"), "abc"],
    ["a short copy that overlaps itself", hex("08 00 61 0d 01"), "aaaaaaaa"],
    ["a copy by two bytes", hex("08 0c 61626364 0e 0400"), "abcdabcd"],
    ["a copy by four bytes", hex("08 0c 61626364 0f 04000000"), "abcdabcd"],
    ["the blocks of snappy-java", hex(JAVA, "00000005 03 08 616263", "00000003 01 00 64"), "abcd"],
    ["no block of snappy-java", hex(JAVA), ""],
  ] as const
) {
  Deno.test(`unpackSnappy() reads ${name}`, () => {
    strictEqual(Buffer.from(unpackSnappy(bytes, 100)).toString(), text);
  });
}

for (
  const [name, bytes, message] of [
    ["no byte", hex(""), "it ends too early"],
    ["a literal that is cut off", hex("03 08 6162"), "it ends too early"],
    ["a literal of 4 GiB", hex("03 fc ffffffff 616263"), "it ends too early"],
    ["a copy that is cut off", hex("08 00 61 0d"), "it ends too early"],
    ["a copy from before the start", hex("08 00 61 0d 02"), "it refers 2 bytes back, of 1"],
    ["a copy from nowhere", hex("08 00 61 0d 00"), "it refers 0 bytes back, of 1"],
    ["another length than it claims", hex("04 08 616263"), "it has not the length that it claims"],
    ["a block that is cut off", hex(JAVA, "00000006 03 08 616263"), "it ends too early"],
    ["101 bytes", hex("65 00 61 fe 0100 8e 0100"), "it has more than 100 bytes"],
  ] as const
) {
  Deno.test(`unpackSnappy() throws for ${name}`, () => {
    throws(() => unpackSnappy(bytes, 100), { name: "BatchError", message });
  });
}

Deno.test("unpackSnappy() reads as much as it may", () => {
  strictEqual(unpackSnappy(hex("64 00 61 fe 0100 8a 0100"), 100).length, 100);
});

Deno.test("unpackSnappy() ends with bytes or a BatchError, whatever it is given", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (block, isJava) => {
      try {
        unpackSnappy(isJava ? Buffer.concat([hex(JAVA), block]) : block, 10_000);
      } catch (error) {
        strictEqual(error instanceof BatchError, true, String(error));
      }
    }),
    runs(2_000),
  );
});
