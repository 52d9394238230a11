import { strictEqual } from "node:assert/strict";
import { crc32c } from "../../../src/kafka/records/crc32c.ts";

/** Of RFC 3720, B.4, and the check value of the catalogue of CRCs. */
for (
  const [name, bytes, checksum] of [
    ["nothing", new Uint8Array(), 0],
    ["32 zeros", new Uint8Array(32), 0x8a9136aa],
    ["32 ones", new Uint8Array(32).fill(255), 0x62a8ab43],
    ["0 to 31", Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
    ["nine digits", new TextEncoder().encode("123456789"), 0xe3069283],
  ] as const
) {
  Deno.test(`crc32c() of ${name} is what RFC 3720 says`, () => {
    strictEqual(crc32c(bytes), checksum);
  });
}
