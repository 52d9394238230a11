import { strictEqual } from "node:assert/strict";
import avro from "avsc";
import { canonicalForm, crc64, fingerprint, hex } from "../../src/report/fingerprint.ts";
import type { AvroReference, AvroSchema } from "../../src/report/avro_schema.ts";
import { WRITER_SCHEMAS } from "../../src/report/schema.ts";

// From share/test/data/schema-tests.txt of Apache Avro, there as signed numbers.
const PUBLISHED: readonly [schema: AvroSchema, signed: bigint][] = [
  ["null", 7195948357588979594n],
  ["boolean", -6970731678124411036n],
  ["int", 8247732601305521295n],
  ["long", -3434872931120570953n],
  ["string", -8142146995180207161n],
  [{ type: "array", items: "null" }, -589620603366471059n],
  [{ type: "map", values: "string" }, -8732877298790414990n],
  [["int"], -5232228896498058493n],
  [["int", "boolean"], 5392556393470105090n],
  [aRecord("foo", "boolean", "int"), -4860222112080293046n],
];

function aRecord(name: string, ...types: AvroSchema[]): AvroSchema {
  const fields = types.map((type, index) => ({ name: `f${index + 1}`, type, default: null }));
  return { type: "record", name: name as AvroReference, fields };
}

for (const [schema, signed] of PUBLISHED) {
  Deno.test(`fingerprint() agrees with Apache Avro, when the schema is ${canonicalForm(schema)}`, () => {
    strictEqual(BigInt.asIntN(64, fingerprint(schema)), signed);
  });
}

Deno.test("hex() has sixteen digits, when the number begins with a zero", () => {
  strictEqual(hex(fingerprint("int")), "7275d51a3f395c8f");
  const texts = Array.from({ length: 64 }, (_, index): AvroSchema => `sitemon.R${index}`);
  for (const text of texts) strictEqual(hex(fingerprint(text)).length, 16);
});

Deno.test("crc64() is that of the UTF-8, when the text is not ASCII", () => {
  strictEqual(crc64(""), 0xc15d213aa4d7a795n);
  strictEqual(crc64("ä") === crc64("a"), false);
});

for (const { kind, schema } of WRITER_SCHEMAS) {
  Deno.test(`canonicalForm() agrees with avsc, when the schema is the ${kind}'s`, () => {
    const type = avro.Type.forSchema(schema as avro.Schema);
    strictEqual(canonicalForm(schema), JSON.stringify(type.schema()));
  });
}
