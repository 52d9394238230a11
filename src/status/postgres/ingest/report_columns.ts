/** The columns that a report fills, as JSON hands them to SQL. */
import {
  type ColumnType,
  columnTypeOf,
  FIELD_NAMES,
  type FieldName,
} from "../../../report/fields.ts";

const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  string: "text",
  int: "int",
  long: "bigint",
  boolean: "boolean",
  time: "bigint",
  structure: "jsonb",
};
const KEY_TYPES: Readonly<Partial<Record<FieldName, string>>> = {
  site: 'text COLLATE "C"',
  location: 'text COLLATE "C"',
  producer_id: "uuid",
};

/** The type of a field's column in the tables. */
export function columnType(field: FieldName): string {
  const type = columnTypeOf(field);
  return type === "time" ? "timestamptz" : KEY_TYPES[field] ?? SQL_TYPES[type];
}

/** The names and types of a report's fields in JSON; times travel as microseconds since 1970. */
export const JSON_COLUMNS = FIELD_NAMES
  .map((name) => `${name} ${KEY_TYPES[name] ?? SQL_TYPES[columnTypeOf(name)]}`).join(", ");

/** The same as values of the tables' columns. */
export const COLUMN_VALUES = FIELD_NAMES
  .map((name) => columnTypeOf(name) === "time" ? `${timeOf(name)} AS ${name}` : name).join(", ");

/** A report's place among all reports of its site. */
export const ORDER = "order_at, producer_id, sequence";

/** The order's columns of one relation: `t.order_at, t.producer_id, t.sequence`. */
export function orderOf(relation: string): string {
  return `${relation}.order_at, ${relation}.producer_id, ${relation}.sequence`;
}

/** SQL for a time as microseconds since 1970. */
export function microsOf(column: string): string {
  return `(extract(epoch FROM ${column}) * 1000000)::bigint`;
}

/** SQL that makes a time of microseconds since 1970, exactly. */
export function timeOf(micros: string): string {
  return `timestamptz 'epoch' + ${micros} * interval '1 microsecond'`;
}
