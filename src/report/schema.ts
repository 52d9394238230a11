/**
 * The Avro schemas of what travels on Kafka.
 *
 * A schema that was once released never changes: messages name it by its fingerprint. A new field
 * makes a new schema, and the old one stays in {@linkcode WRITER_SCHEMAS}.
 *
 * @see https://avro.apache.org/docs/1.12.0/specification/
 */

/** As much of Avro's schema language as sitemon uses. */
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

/** The full name of a record that stands earlier in the same schema. */
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

const MICROS: LogicalSchema = { type: "long", logicalType: "timestamp-micros" };

/** A field that may be missing; Avro wants a default's own type first in its union. */
function optional(name: string, type: AvroSchema): FieldSchema {
  return { name, type: ["null", type], default: null };
}

const V1_FIELDS: readonly FieldSchema[] = [
  { name: "url", type: "string" },
  { name: "response_time", type: "int" },
  { name: "response_code", type: ["int", "null"] },
  { name: "pattern", type: ["string", "null"] },
  { name: "pattern_match", type: ["boolean", "null"] },
  { name: "error_text", type: ["string", "null"] },
];

/** What the original Python service wrote, a datum without a header: `kafka.format: v1` still does. */
export const V1_SCHEMA: RecordSchema = {
  type: "record",
  name: "sitemon.SiteReport",
  fields: V1_FIELDS,
};

const TIMINGS: RecordSchema = {
  type: "record",
  name: "sitemon.Timings",
  fields: ["dns", "connect", "tls", "first_byte", "transfer"].map((name) => optional(name, "int")),
};

const HOP: RecordSchema = {
  type: "record",
  name: "sitemon.Hop",
  fields: [
    { name: "url", type: "string" },
    optional("status", "int"),
    optional("remote_address", "string"),
    { name: "timings", type: "sitemon.Timings" },
  ],
};

/** Every field of a report; see report.ts for what each one means. */
export const SITE_REPORT_SCHEMA: RecordSchema = {
  type: "record",
  name: "sitemon.SiteReport",
  fields: [
    ...V1_FIELDS,
    { name: "site", type: "string", default: "" },
    { name: "location", type: "string", default: "" },
    { name: "checked_at", type: MICROS, default: 0 },
    { name: "recorded_at", type: MICROS, default: 0 },
    { name: "outcome", type: "string", default: "inconclusive" },
    optional("reason", "string"),
    { name: "attempts", type: "int", default: 1 },
    optional("timings", TIMINGS),
    { name: "hops", type: { type: "array", items: HOP }, default: [] },
    optional("remote_address", "string"),
    optional("http_version", "string"),
    optional("final_url", "string"),
    optional("body_bytes", "long"),
    { name: "truncated", type: "boolean", default: false },
    optional("certificate_expires_at", MICROS),
    optional("certificate_issuer", "string"),
    { name: "failures", type: { type: "array", items: "string" }, default: [] },
    optional("snippet", "string"),
    optional("interval_ms", "int"),
    { name: "labels", type: { type: "map", values: "string" }, default: {} },
    { name: "producer_id", type: "string", default: "" },
    { name: "sequence", type: "long", default: 0 },
  ],
};

/** The announcement of reports that were dropped. */
export const GAP_SCHEMA: RecordSchema = {
  type: "record",
  name: "sitemon.Gap",
  fields: [
    { name: "producer_id", type: "string" },
    { name: "first", type: "long" },
    { name: "last", type: "long" },
    { name: "count", type: "long" },
    { name: "reason", type: "string" },
  ],
};

/** What a message turns out to be. */
export type MessageKind = "report" | "gap" | "v1";

/** A schema that some version of sitemon has written with. */
export interface WriterSchema {
  readonly kind: MessageKind;
  readonly schema: RecordSchema;
}

/** Every schema that was ever written with, each kind's newest first. Only additions are allowed. */
export const WRITER_SCHEMAS: readonly WriterSchema[] = [
  { kind: "report", schema: SITE_REPORT_SCHEMA },
  { kind: "gap", schema: GAP_SCHEMA },
  { kind: "v1", schema: V1_SCHEMA },
];
