/**
 * The Avro schemas of what travels on Kafka, as the table of fields makes them.
 *
 * A schema that was once released never changes: messages name it by its fingerprint. A new field
 * makes a new schema, and the old ones stay in {@linkcode WRITER_SCHEMAS}.
 */
import type { FieldSchema, RecordSchema } from "./avro_schema.ts";
import { type Field, FIELD_NAMES, GAP_FIELDS, REPORT_FIELDS } from "./fields.ts";
import { record } from "./values.ts";

const NEWEST = Math.max(...FIELD_NAMES.map((name) => REPORT_FIELDS[name].since));
/** The versions of a report with a header, the newest first. */
const VERSIONS = Array.from({ length: NEWEST - 1 }, (_, index) => NEWEST - index);

/** What the original Python service wrote, a datum without a header: `kafka.format: v1` still does. */
export const V1_SCHEMA = reportSchema(1);
/** Every field of a report. */
export const SITE_REPORT_SCHEMA = reportSchema(NEWEST);
/** The announcement of reports that were dropped. */
export const GAP_SCHEMA = record("sitemon.Gap", GAP_FIELDS).type;

function reportSchema(version: number): RecordSchema {
  const names = FIELD_NAMES.filter((name) => REPORT_FIELDS[name].since <= version);
  const fields = names.map((name) => fieldSchema(name, REPORT_FIELDS[name]));
  return { type: "record", name: "sitemon.SiteReport", fields };
}

/** v1's fields have no default, and so `null` as the last branch of their unions. */
function fieldSchema(
  name: string,
  { since, type, blank }: Pick<Field<unknown>, "since" | "type" | "blank">,
): FieldSchema {
  if (since > 1) return { name, type, default: blank };
  return { name, type: Array.isArray(type) ? type.toReversed() : type };
}

/** What a message turns out to be. */
export type MessageKind = "report" | "gap" | "v1";

export interface WriterSchema {
  readonly kind: MessageKind;
  readonly schema: RecordSchema;
}

/** Every schema that was ever written with, each kind's newest first. Only additions are allowed. */
export const WRITER_SCHEMAS: readonly WriterSchema[] = [
  ...VERSIONS.map((version) => ({ kind: "report" as const, schema: reportSchema(version) })),
  { kind: "gap", schema: GAP_SCHEMA },
  { kind: "v1", schema: V1_SCHEMA },
];
