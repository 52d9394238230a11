/** The columns that queries select, under the names of the query port: the same in every store. */
import { columnTypeOf, FIELD_NAMES, type FieldName, REPORT_FIELDS } from "../../report/fields.ts";
import { STATUS_FIELDS } from "../queries.ts";

function selected(relation: string, fields: readonly FieldName[]): string {
  return fields.map((field) => `${relation}.${field}`).join(", ");
}

/** Of `site_current c`. */
export const STATUS_COLUMNS = `c.site, c.location, ${
  selected("c", STATUS_FIELDS)
}, c.since, c.stale`;

/** Of `site_report r`. */
export const REPORT_COLUMNS = selected(
  "r",
  FIELD_NAMES.filter((field) => REPORT_FIELDS[field].shown),
);

/** Of `site_transition`. */
export const TRANSITION_COLUMNS =
  `checked_at AS at, from_outcome AS "from", outcome AS "to", reason`;

/** Of `site_latency`. */
export const LATENCY_COLUMNS =
  `hour, responses, mean_ms AS "meanMs", p50_ms AS "p50Ms", p95_ms AS "p95Ms", p99_ms AS "p99Ms"`;

/** Properties whose values a store may keep in a form of its own, and what they are. */
export const PROPERTY_TYPES: ReadonlyMap<string, "time" | "structure" | "boolean"> = new Map([
  ["at", "time"],
  ["since", "time"],
  ["hour", "time"],
  ["stale", "boolean"],
  ...FIELD_NAMES.flatMap((field) => {
    const type = columnTypeOf(field);
    const isPlain = type === "string" || type === "int" || type === "long";
    return isPlain ? [] : [[field, type] as const];
  }),
]);
