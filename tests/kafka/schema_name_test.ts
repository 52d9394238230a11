import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "../support/random_runs.ts";
import { headerBytes, idBytes, namedDatum, withNameOf } from "../../src/kafka/schema_name.ts";

const GUID = "89791762-2336-186f-9674-180ca8e306b4";
const DATUM = Uint8Array.of(1, 2, 3);

for (
  const [what, name, path] of [
    ["a small id", { id: 7 }, "ids/7"],
    ["the largest id", { id: 0xffff_ffff }, "ids/4294967295"],
    ["a GUID", { id: 7, guid: GUID }, `guids/${GUID}`],
  ] as const
) {
  Deno.test(`namedDatum() reads ${what} from in front of a value, where its header puts it`, () => {
    const value = Uint8Array.from(withNameOf(headerBytes(name), DATUM));
    deepStrictEqual(namedDatum(value), { path, datum: DATUM });
  });
}

Deno.test("idBytes() writes byte 0 and the id, big-endian", () => {
  deepStrictEqual([...idBytes({ id: 0x01020304, guid: GUID })], [0, 1, 2, 3, 4]);
});

Deno.test("namedDatum() takes nothing of any bytes but those two forms", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (value) => {
    const isNamed = value[0] === 0 && value.length >= 5 || value[0] === 1 && value.length >= 17;
    strictEqual(namedDatum(value) !== undefined, isNamed);
  }));
});

Deno.test("withNameOf() leaves a value alone, when the header is none of a schema", () => {
  for (const header of [undefined, [], [0, 1], [2, 0, 0, 0, 1], [1, ...Array(15).fill(0)]]) {
    strictEqual(withNameOf(header && Uint8Array.from(header), DATUM), DATUM);
  }
});
