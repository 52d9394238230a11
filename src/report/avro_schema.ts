/**
 * As much of Avro's schema language as sitemon uses.
 *
 * @see https://avro.apache.org/docs/1.12.0/specification/
 */

export type AvroSchema =
  | "null"
  | "boolean"
  | "int"
  | "long"
  | "string"
  | AvroReference
  | typeof MICROS
  | RecordSchema
  | { readonly type: "array"; readonly items: AvroSchema }
  | { readonly type: "map"; readonly values: AvroSchema }
  | readonly AvroSchema[];

/** The full name of a record that is defined earlier in the same schema. */
export type AvroReference = `sitemon.${string}`;

export interface RecordSchema {
  readonly type: "record";
  /** With its namespace, so that the canonical form has nothing to complete. */
  readonly name: AvroReference;
  readonly fields: readonly FieldSchema[];
}

export interface FieldSchema {
  readonly name: string;
  readonly type: AvroSchema;
  /** Read in place of a field that the writer did not know. */
  readonly default?: unknown;
}

/** A time in microseconds since 1970, which other implementations of Avro read as a time. */
export const MICROS = { type: "long", logicalType: "timestamp-micros" } as const;
