import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { datumDecoder } from "../../../src/report/codec.ts";
import { DecodeError } from "../../../src/report/decode_error.ts";
import { fingerprint } from "../../../src/report/fingerprint.ts";
import {
  parseSchema,
  SCHEMA_DEPTH_MAX,
  SCHEMA_LENGTH_MAX,
} from "../../../src/kafka/registry/parse_schema.ts";
import { SITE_REPORT_SCHEMA, WRITER_SCHEMAS } from "../../../src/report/schema.ts";
import { GOLDEN } from "../../report/golden.ts";

Deno.test("parseSchema() reads what sitemon writes with, as the same schema", () => {
  for (const { schema } of WRITER_SCHEMAS) {
    strictEqual(fingerprint(parseSchema(JSON.stringify(schema))), fingerprint(schema));
  }
});

Deno.test("parseSchema() completes names that a registry gives with their namespace", () => {
  const text = JSON.stringify(SITE_REPORT_SCHEMA)
    .replace('"name":"sitemon.SiteReport"', '"name":"SiteReport","namespace":"sitemon"')
    .replaceAll('"sitemon.Timings"', '"Timings"')
    .replace('"name":"sitemon.Hop"', '"name":"Hop"');
  strictEqual(fingerprint(parseSchema(text)), fingerprint(SITE_REPORT_SCHEMA));
});

const record = (type: unknown, name = "sitemon.SiteReport") =>
  JSON.stringify({ type: "record", name, fields: [{ name: "a", type }] });
const nested = (depth: number): unknown =>
  depth === 0 ? "int" : { type: "array", items: nested(depth - 1) };

for (
  const [what, text, problem] of [
    ["no JSON", "syntax = proto3", /not JSON/],
    ["no record", '"string"', /not a record/],
    ["an incomplete record", '{"type":"record","name":"a"}', /incomplete/],
    ["a field without a name", '{"type":"record","name":"a","fields":[null]}', /no name/],
    ["no type", record(7), /a type is missing/],
    ["a type that sitemon does not use", record("double"), /uses "double"/],
    ["a record that holds itself", record("sitemon.SiteReport"), /uses "sitemon\.SiteReport"/],
    ["items without bytes", record({ type: "array", items: "null" }), /have no bytes/],
    [
      "items of an empty record",
      record({ type: "array", items: { type: "record", name: "e", fields: [] } }),
      /have no bytes/,
    ],
    [
      "a record that is there twice",
      record([{ type: "record", name: "b", fields: [] }, {
        type: "record",
        name: "b",
        fields: [],
      }]),
      /defines "sitemon\.b" twice/,
    ],
    ["more depth than allowed", record(nested(SCHEMA_DEPTH_MAX)), /nested too deeply/],
    ["more text than allowed", " ".repeat(SCHEMA_LENGTH_MAX + 1), /has 262145 characters/],
  ] as const
) {
  Deno.test(`parseSchema() refuses ${what}`, () => {
    const expected = (error: unknown) =>
      error instanceof DecodeError && error.reason === "schema" && problem.test(error.message);
    throws(() => parseSchema(text), expected);
  });
}

Deno.test("parseSchema() reads what is as deep and as long as allowed", () => {
  parseSchema(record(nested(SCHEMA_DEPTH_MAX - 1)).padEnd(SCHEMA_LENGTH_MAX));
});

Deno.test("datumDecoder() resolves a later writer's fields to those of this version", () => {
  const schema = parseSchema(JSON.stringify({
    ...SITE_REPORT_SCHEMA,
    fields: [...SITE_REPORT_SCHEMA.fields, { name: "later", type: "int", default: 0 }],
  }));
  const datum = Uint8Array.of(...GOLDEN.reportBytes.subarray(10), 14);
  deepStrictEqual(datumDecoder(schema)(datum), { kind: "report", report: GOLDEN.report });
});

Deno.test("datumDecoder() refuses records of others, and those that cannot be resolved", () => {
  for (
    const [text, problem] of [
      [record("int", "shop.Order"), /"shop\.Order" is not a record of sitemon/],
      [record("int", "sitemon.Gap"), /cannot be resolved/],
    ] as const
  ) {
    throws(() => datumDecoder(parseSchema(text)), (error: unknown) => {
      return error instanceof DecodeError && problem.test(error.message);
    });
  }
});
