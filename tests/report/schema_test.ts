import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import avro from "avsc";
import { fingerprint, hex } from "../../src/report/fingerprint.ts";
import type { AvroSchema } from "../../src/report/avro_schema.ts";
import { GAP_SCHEMA, SITE_REPORT_SCHEMA, V1_SCHEMA } from "../../src/report/schema.ts";
import { WRITER_SCHEMAS } from "../../src/report/schema.ts";
import { GOLDEN } from "./golden.ts";

// A released schema that changes makes every message in every topic undecodable. When this fails,
// add a schema to WRITER_SCHEMAS and its fingerprint here; never change a line.
Deno.test("WRITER_SCHEMAS holds every schema that was ever released, when only additions are made", () => {
  deepStrictEqual(
    WRITER_SCHEMAS.map(({ kind, schema }) => `${kind} ${hex(fingerprint(schema))}`),
    ["report faa5ff0b69731ea1", "gap 2762ef65164bb3ae", "v1 b0bc0dda523c141e"],
  );
});

Deno.test("SITE_REPORT_SCHEMA begins with v1's fields, unchanged", () => {
  deepStrictEqual(SITE_REPORT_SCHEMA.name, V1_SCHEMA.name);
  deepStrictEqual(SITE_REPORT_SCHEMA.fields.slice(0, 6), V1_SCHEMA.fields);
});

Deno.test("SITE_REPORT_SCHEMA gives each later field a default, with null first where it is null", () => {
  for (const field of SITE_REPORT_SCHEMA.fields.slice(6)) {
    ok(field.default !== undefined, field.name);
    if (Array.isArray(field.type)) {
      strictEqual(field.type[0], "null", field.name);
      strictEqual(field.default, null, field.name);
    }
  }
});

// A few bytes could otherwise ask for millions of them.
Deno.test("WRITER_SCHEMAS have no array of entries without bytes", () => {
  const takesBytes = (schema: AvroSchema): boolean => {
    if (schema === "null") return false;
    if (typeof schema === "string" || "length" in schema) return true;
    return schema.type !== "record" || schema.fields.some((field) => takesBytes(field.type));
  };
  const arraysOf = (schema: AvroSchema): readonly AvroSchema[] => {
    if (typeof schema === "string") return [];
    if ("length" in schema) return schema.flatMap(arraysOf);
    if (schema.type === "record") return schema.fields.flatMap((field) => arraysOf(field.type));
    return schema.type === "array" ? [schema.items, ...arraysOf(schema.items)] : [];
  };
  const entries = WRITER_SCHEMAS.flatMap(({ schema }) => arraysOf(schema));
  strictEqual(entries.length, 2);
  ok(entries.every(takesBytes));
});

function typeOf(schema: AvroSchema): avro.Type {
  return avro.Type.forSchema(schema as avro.Schema, { omitRecordMethods: true });
}

Deno.test("V1_SCHEMA reads what SITE_REPORT_SCHEMA wrote, by Avro's resolution", () => {
  const v1 = typeOf(V1_SCHEMA);
  const datum = Buffer.from(GOLDEN.reportBytes.subarray(10));
  const read = v1.fromBuffer(datum, v1.createResolver(typeOf(SITE_REPORT_SCHEMA)), true);
  deepStrictEqual({ ...read }, GOLDEN.v1);
});

Deno.test("SITE_REPORT_SCHEMA reads what V1_SCHEMA wrote, with defaults for the rest", () => {
  const report = typeOf(SITE_REPORT_SCHEMA);
  const datum = Buffer.from(GOLDEN.v1Bytes);
  const read = report.fromBuffer(datum, report.createResolver(typeOf(V1_SCHEMA)));
  strictEqual(read.url, GOLDEN.report.url);
  for (const { name, default: expected } of SITE_REPORT_SCHEMA.fields.slice(6)) {
    deepStrictEqual(read[name], expected, name);
  }
});

Deno.test("GAP_SCHEMA has the fields of a gap", () => {
  deepStrictEqual(GAP_SCHEMA.fields.map((field) => field.name), Object.keys(GOLDEN.gap));
});
