/**
 * The codec of reports and gaps: Avro single-object encoding, and the v1 datum of the original Python service.
 *
 * @see https://avro.apache.org/docs/1.12.0/specification/#single-object-encoding
 */
import { Buffer } from "node:buffer";
// Only the library's types: without its files and services it loads in 7 ms in place of 22 (measured).
// @ts-types="avsc"
import avro from "avsc/types";
import type { RecordSchema } from "./avro_schema.ts";
import { datumProof } from "./datum_proof.ts";
import { DecodeError } from "./decode_error.ts";
import { fingerprint, hex } from "./fingerprint.ts";
import type { Gap, SiteReport, V1Report } from "./report.ts";
import { GAP_SCHEMA, SITE_REPORT_SCHEMA, V1_SCHEMA, WRITER_SCHEMAS } from "./schema.ts";
import type { WriterSchema } from "./schema.ts";

/** A message, by what it turned out to be. */
export type DecodedMessage =
  | { readonly kind: "report"; readonly report: SiteReport }
  | { readonly kind: "gap"; readonly gap: Gap }
  | { readonly kind: "v1"; readonly v1: V1Report };

/** C3 01, then the fingerprint, little-endian. */
const HEADER_BYTES = 10;
/** Holds nearly every report; a larger one gets a buffer of its own. */
export const SCRATCH_BYTES = 16 * 1_024;

/** Throws when a field is not of its type, like the other encoders. */
export const encodeReport = encoder<SiteReport>(
  SITE_REPORT_SCHEMA,
  singleObjectHeader(SITE_REPORT_SCHEMA),
);
export const encodeGap = encoder<Gap>(GAP_SCHEMA, singleObjectHeader(GAP_SCHEMA));

/** Encodes the six fields of v1, without a header that names their schema: `kafka.format: v1`. */
export const encodeV1 = encoder<V1Report>(V1_SCHEMA, new Uint8Array());

/**
 * Decodes a message of any version of sitemon, into memory in proportion to its length.
 *
 * Throws {@linkcode DecodeError}, and nothing else, whatever the bytes are. What it returns has
 * the right types but may still break the report's contract: see validation.ts.
 */
export const decodeMessage = messageDecoder(WRITER_SCHEMAS);

/**
 * Makes a decoder that knows these schemas. Whatever schema a message was written with, its value
 * has the fields of the first one of its kind.
 */
export function messageDecoder(
  schemas: readonly WriterSchema[],
): (bytes: Uint8Array) => DecodedMessage {
  const readV1 = lazyReaderOf(V1_SCHEMA, V1_SCHEMA);
  const readers = new Map(schemas.map(({ kind, schema }) => {
    const newest = schemas.find((writer) => writer.kind === kind)!;
    return [fingerprint(schema), { kind, read: lazyReaderOf(schema, newest.schema) }] as const;
  }));
  return (bytes) => {
    // No v1 datum begins so: the length of its url would be -98.
    if (bytes[0] !== 0xc3 || bytes[1] !== 0x01) {
      return { kind: "v1", v1: readV1(bytes) as V1Report };
    }
    const id = fingerprintOf(bytes);
    const reader = readers.get(id);
    if (reader === undefined) {
      throw new DecodeError(
        "schema",
        `unknown schema ${hex(id)}; replay the message with the version of sitemon that wrote it`,
      );
    }
    const { kind, read } = reader;
    return { kind, [kind]: read(bytes.subarray(HEADER_BYTES)) } as unknown as DecodedMessage;
  };
}

/** The newest schema of each kind of record, by the record's name. */
const NEWEST = new Map(WRITER_SCHEMAS.toReversed().map((writer) => [writer.schema.name, writer]));

/**
 * Makes a decoder of datums of one schema, whoever wrote with it: their values have the fields of the
 * newest schema of their kind. It throws {@linkcode DecodeError}, and so does the decoder.
 */
export function datumDecoder(schema: RecordSchema): (datum: Uint8Array) => DecodedMessage {
  const id = fingerprint(schema);
  const known = WRITER_SCHEMAS.find((writer) => fingerprint(writer.schema) === id);
  const kind = known?.kind ?? NEWEST.get(schema.name)?.kind;
  if (kind === undefined) {
    throw new DecodeError("schema", `unknown schema: "${schema.name}" is not a record of sitemon`);
  }
  const newest = WRITER_SCHEMAS.find((writer) => writer.kind === kind)!;
  try {
    const read = readerOf(known?.schema ?? schema, newest.schema);
    return (datum) => ({ kind, [kind]: read(datum) }) as unknown as DecodedMessage;
  } catch (cause) {
    const problem = `"${schema.name}" cannot be resolved: ${(cause as Error).message}`;
    throw new DecodeError("schema", `unknown schema: ${problem}`, { cause });
  }
}

function fingerprintOf({ buffer, byteOffset, length }: Uint8Array): bigint {
  if (length < HEADER_BYTES) {
    const where = `its header ends after ${length} of ${HEADER_BYTES} bytes`;
    throw new DecodeError("undecodable", `not a sitemon message: ${where}`);
  }
  return new DataView(buffer, byteOffset).getBigUint64(2, true);
}

function readerOf(writer: RecordSchema, newest: RecordSchema): (datum: Uint8Array) => unknown {
  const prove = datumProof(writer);
  const type = compile(newest);
  const resolver = writer === newest ? undefined : type.createResolver(compile(writer));
  return (datum) => {
    prove(datum);
    // avsc wants Buffer's methods; bytes from another thread have lost them.
    return type.fromBuffer(Buffer.from(datum.buffer, datum.byteOffset, datum.length), resolver);
  };
}

/** Made for the first datum: each thread knows all schemas, and reads few of them or none. */
function lazyReaderOf(writer: RecordSchema, newest: RecordSchema): (datum: Uint8Array) => unknown {
  let read: ((datum: Uint8Array) => unknown) | undefined;
  return (datum) => (read ??= readerOf(writer, newest))(datum);
}

/** What comes before a datum to name its schema. */
export function singleObjectHeader(schema: RecordSchema): Uint8Array {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  header.setUint16(0, 0xc301);
  header.setBigUint64(2, fingerprint(schema), true);
  return new Uint8Array(header.buffer);
}

/** What it encodes has memory of its own, so that it can be transferred. */
function encoder<T>(schema: RecordSchema, header: Uint8Array): (value: T) => Uint8Array {
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
 * Makes what writes a value at an offset and returns where it ends. A negative end is how many bytes
 * were missing. It throws when a field is not of its type.
 */
export function datumWriter<T>(schema: RecordSchema) {
  let type: avro.Type | undefined;
  return (value: T, bytes: Buffer, offset: number): number =>
    (type ??= compile(schema)).encode(value, bytes, offset);
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
