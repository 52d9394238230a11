/**
 * Reports and gaps to bytes and back: Avro single-object encoding, and the v1 datum of the original Python service.
 *
 * @see https://avro.apache.org/docs/1.12.0/specification/#single-object-encoding
 */
import { Buffer } from "node:buffer";
// Only the library's types: without its files and services it loads in 7 ms in place of 22 (measured).
// @ts-types="avsc"
import avro from "avsc/types";
import { datumProof } from "./datum_proof.ts";
import { DecodeError } from "./decode_error.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Gap, SiteReport, V1Report } from "./report.ts";
import type { RecordSchema } from "./avro_schema.ts";
import {
  GAP_SCHEMA,
  type MessageKind,
  SITE_REPORT_SCHEMA,
  V1_SCHEMA,
  WRITER_SCHEMAS,
  type WriterSchema,
} from "./schema.ts";

/** A message, by what it turned out to be. */
export type DecodedMessage =
  | { readonly kind: "report"; readonly report: SiteReport }
  | { readonly kind: "gap"; readonly gap: Gap }
  | { readonly kind: "v1"; readonly v1: V1Report };

/** C3 01, then the fingerprint, little-endian. */
const HEADER_BYTES = 10;
/** Holds nearly every report; a larger one gets a buffer of its own. */
export const SCRATCH_BYTES = 16 * 1_024;

/** Encodes with the fingerprint of the current schema. Throws when a field is not of its type. */
export const encodeReport: (report: SiteReport) => Uint8Array = singleObjectEncoder(
  SITE_REPORT_SCHEMA,
);

/** Encodes with the fingerprint of the gap's schema. Throws when a field is not of its type. */
export const encodeGap: (gap: Gap) => Uint8Array = singleObjectEncoder(GAP_SCHEMA);

/** Encodes the six fields of v1, without a header that names their schema: `kafka.format: v1`. */
export const encodeV1: (report: V1Report) => Uint8Array = datumEncoder(V1_SCHEMA);

/**
 * Decodes a message of any version of sitemon, into memory in proportion to its length.
 *
 * Throws {@linkcode DecodeError}, and nothing else, whatever the bytes are. What it returns has
 * the right types but may still break the report's contract: see validation.ts.
 */
export const decodeMessage: (bytes: Uint8Array) => DecodedMessage = messageDecoder(WRITER_SCHEMAS);

/**
 * Makes a decoder that knows these schemas. Whatever schema a message was written with, its value
 * has the fields of the first one of its kind.
 */
export function messageDecoder(
  schemas: readonly WriterSchema[],
): (bytes: Uint8Array) => DecodedMessage {
  const readV1 = reader(V1_SCHEMA, V1_SCHEMA);
  const readers = new Map<bigint, MessageReader>(
    schemas.map(({ kind, schema }) => {
      const newest = schemas.find((writer) => writer.kind === kind)!;
      return [fingerprint(schema), { kind, read: reader(schema, newest.schema) }];
    }),
  );
  return (bytes) => {
    // No v1 datum begins so: the length of its url would be -98.
    if (bytes[0] !== 0xc3 || bytes[1] !== 0x01) {
      return { kind: "v1", v1: readV1(bytes) as V1Report };
    }
    const id = fingerprintOf(bytes);
    const { kind, read } = readers.get(id) ?? unknownSchema(id);
    const value = read(bytes.subarray(HEADER_BYTES));
    return { kind, [kind]: value } as unknown as DecodedMessage;
  };
}

interface MessageReader {
  readonly kind: MessageKind;
  readonly read: (datum: Uint8Array) => unknown;
}

function fingerprintOf(bytes: Uint8Array): bigint {
  if (bytes.length < HEADER_BYTES) {
    throw new DecodeError(
      "undecodable",
      `not a sitemon message: its header ends after ${bytes.length} of ${HEADER_BYTES} bytes`,
    );
  }
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(2, true);
}

function unknownSchema(id: bigint): never {
  throw new DecodeError(
    "schema",
    `unknown schema ${id.toString(16).padStart(16, "0")}; ` +
      `replay the message with the version of sitemon that wrote it`,
  );
}

function reader(writer: RecordSchema, newest: RecordSchema): MessageReader["read"] {
  const prove = datumProof(writer);
  const type = compile(newest);
  const resolver = writer === newest ? undefined : type.createResolver(compile(writer));
  return (datum) => {
    prove(datum);
    // avsc wants Buffer's methods; bytes from another thread have lost them.
    return type.fromBuffer(Buffer.from(datum.buffer, datum.byteOffset, datum.length), resolver);
  };
}

function singleObjectEncoder<T>(schema: RecordSchema): (value: T) => Uint8Array {
  return datumEncoder(schema, singleObjectHeader(schema));
}

/** What comes before a datum to name its schema. */
export function singleObjectHeader(schema: RecordSchema): Uint8Array {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  header.setUint16(0, 0xc301);
  header.setBigUint64(2, fingerprint(schema), true);
  return new Uint8Array(header.buffer);
}

/**
 * Encodes values as these bytes and a v1 datum; throws when a field is not of its type. What it
 * returns has memory of its own, so that it can be transferred.
 */
export function datumEncoder<T>(
  schema: RecordSchema,
  header: Uint8Array = new Uint8Array(),
): (value: T) => Uint8Array {
  const write = datumWriter<T>(schema);
  const scratch = Buffer.alloc(SCRATCH_BYTES);
  scratch.set(header);
  return (value) => {
    const end = write(value, scratch, header.length);
    if (end >= 0) return new Uint8Array(scratch.subarray(0, end));
    const large = Buffer.alloc(SCRATCH_BYTES - end);
    large.set(header);
    write(value, large, header.length);
    return new Uint8Array(large.buffer);
  };
}

/**
 * Writes a value at this offset and returns where it ends. A negative end is how many bytes were
 * missing. Throws when a field is not of its type.
 */
export type DatumWriter<T> = (value: T, bytes: Buffer, offset: number) => number;

/** Makes what writes v1 datums of this schema. */
export function datumWriter<T>(schema: RecordSchema): DatumWriter<T> {
  const type = compile(schema);
  return (value, bytes, offset) => type.encode(value, bytes, offset);
}

function compile(schema: RecordSchema): avro.Type {
  const registry: Record<string, avro.Type> = {};
  const type = avro.Type.forSchema(schema as avro.Schema, { registry, omitRecordMethods: true });
  // Decoded records are plain objects, like all others that cross threads and are compared.
  for (const named of Object.values(registry)) {
    if (named instanceof avro.types.RecordType) {
      named.recordConstructor.prototype = Object.prototype;
    }
  }
  return type;
}
