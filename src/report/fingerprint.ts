/**
 * The CRC-64-AVRO fingerprint of a schema's Parsing Canonical Form, by which a message names the
 * schema that it was written with.
 *
 * @see https://avro.apache.org/docs/1.12.0/specification/#parsing-canonical-form-for-schemas
 */
import type { AvroSchema } from "./avro_schema.ts";

/** The fingerprint of the empty string, from which all others are derived. */
const EMPTY = 0xc15d213aa4d7a795n;

const TABLE: readonly bigint[] = Array.from({ length: 256 }, (_, byte) => {
  let value = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) value = (value >> 1n) ^ (value & 1n ? EMPTY : 0n);
  return value;
});

/** CRC-64-AVRO of the UTF-8 of a text, as an unsigned 64-bit number. */
export function crc64(text: string): bigint {
  let value = EMPTY;
  for (const byte of new TextEncoder().encode(text)) {
    value = (value >> 8n) ^ TABLE[Number((value ^ BigInt(byte)) & 0xffn)]!;
  }
  return value;
}

/** The fingerprint of a schema, as an unsigned 64-bit number. */
export function fingerprint(schema: AvroSchema): bigint {
  return crc64(canonicalForm(schema));
}

/** A CRC-64 as people and tools write it: 16 hexadecimal digits. */
export function hex(crc: bigint): string {
  return crc.toString(16).padStart(16, "0");
}

/** The schema without whatever does not change how a datum is read. Names are full ones already. */
export function canonicalForm(schema: AvroSchema): string {
  if (typeof schema === "string") return JSON.stringify(schema);
  if ("length" in schema) return `[${schema.map(canonicalForm).join()}]`;
  switch (schema.type) {
    case "array":
      return `{"type":"array","items":${canonicalForm(schema.items)}}`;
    case "map":
      return `{"type":"map","values":${canonicalForm(schema.values)}}`;
    case "record": {
      const fields = schema.fields.map(({ name, type }) =>
        `{"name":"${name}","type":${canonicalForm(type)}}`
      );
      return `{"name":"${schema.name}","type":"record","fields":[${fields.join()}]}`;
    }
    default:
      return JSON.stringify(schema.type);
  }
}
