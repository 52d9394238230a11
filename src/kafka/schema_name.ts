/**
 * How a message names its schema in a registry: by a prefix of its value, or by a header.
 *
 * @see https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
 */
import { Buffer } from "node:buffer";

/** What a registry calls a schema; those before Confluent's 8.0 have no `guid`. */
export interface SchemaName {
  readonly id: number;
  readonly guid?: string;
}

/** Name of the header that says of which schema the value is. */
export const SCHEMA_ID_HEADER = "__value_schema_id";

/** The first byte of a name, which says what follows: an id of 4 bytes, or a GUID of 16. */
const MAGIC = { id: 0, guid: 1 } as const;
const BYTES = { id: 5, guid: 17 } as const;

/** In front of a value: byte 0, then the id, big-endian. */
export function idBytes({ id }: SchemaName): Buffer {
  const bytes = Buffer.alloc(BYTES.id);
  bytes.writeUInt32BE(id, 1);
  return bytes;
}

/** In a header: byte 1 and the GUID, or where the registry has none, as in front of a value. */
export function headerBytes(name: SchemaName): Buffer {
  if (name.guid === undefined) return idBytes(name);
  return Buffer.from(`01${name.guid.replaceAll("-", "")}`, "hex");
}

/** A value whose schema is in a registry. */
export interface NamedDatum {
  /** Where the registry has the schema, below `/schemas`: `ids/ID` or `guids/GUID`. */
  readonly path: string;
  readonly datum: Uint8Array;
}

/** The parts of a value that begins with a name; undefined when it does not. */
export function namedDatum(value: Uint8Array): NamedDatum | undefined {
  if (value[0] === MAGIC.id && value.length >= BYTES.id) {
    const id = new DataView(value.buffer, value.byteOffset).getUint32(1);
    return { path: `ids/${id}`, datum: value.subarray(BYTES.id) };
  }
  if (value[0] === MAGIC.guid && value.length >= BYTES.guid) {
    const guid = value.subarray(1, BYTES.guid).toHex()
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    return { path: `guids/${guid}`, datum: value.subarray(BYTES.guid) };
  }
  return undefined;
}

/** The value with the name from its header in front, so that one form holds all of a message. */
export function withNameOf(header: Uint8Array | undefined, value: Uint8Array): Uint8Array {
  const isName = header !== undefined && (
    header[0] === MAGIC.id && header.length === BYTES.id ||
    header[0] === MAGIC.guid && header.length === BYTES.guid
  );
  return isName ? Buffer.concat([header, value]) : value;
}
