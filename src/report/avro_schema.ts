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
  | LogicalSchema
  | RecordSchema
  | { readonly type: "array"; readonly items: AvroSchema }
  | { readonly type: "map"; readonly values: AvroSchema }
  | readonly AvroSchema[];

/** The full name of a record that is defined earlier in the same schema. */
export type AvroReference = `sitemon.${string}`;

/** A primitive with a meaning; other implementations read it as a time. */
export interface LogicalSchema {
  readonly type: "long";
  readonly logicalType: "timestamp-micros";
}

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

/** A time in microseconds since 1970. */
export const MICROS: LogicalSchema = { type: "long", logicalType: "timestamp-micros" };

/** A field that may be missing; Avro wants a default's own type first in its union. */
export function optional(name: string, type: AvroSchema): FieldSchema {
  return { name, type: ["null", type], default: null };
}
