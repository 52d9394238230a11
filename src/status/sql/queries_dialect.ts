/** What the statements of the query port need of a store, and the columns that several of them select. */
import { FIELD_NAMES, type FieldName, REPORT_FIELDS } from "../../report/fields.ts";
import { type Changes, SHOWN_STATUS_FIELDS } from "../queries.ts";
import type { Queryable } from "./sql_source.ts";

/** What each store says in its own way. */
export interface QueriesDialect {
  /** The time so many days ago, as `order_at` has times. */
  readonly daysAgo: (days: string) => string;
  /** Rows `k` of `$1`, a JSON array of sites. */
  readonly sites: string;
  /** The midnight that many days ago, as `site_day` has days. */
  readonly daySince: (days: string) => string;
  /** A time in milliseconds since 1970, as the views have times. */
  readonly viewTime: (ms: string) => string;
  /** The same as the tables have times. */
  readonly tableTime: (ms: string) => string;
  /** A time of the tables as microseconds since 1970, and the other way round. */
  readonly micros: (column: string) => string;
  readonly time: (micros: string) => string;
  /** A text as an id. */
  readonly id: (text: string) => string;
  /** The midnight before an hour of `site_hour`. */
  readonly dayOf: (hour: string) => string;
  /** What orders times of the tables, or of the views, to the millisecond, as readers see them. */
  readonly tableMs: (time: string) => string;
  readonly viewMs: (time: string) => string;
  /** Before any `order_at`. */
  readonly beginning: string;
  /** The milliseconds of an incident. */
  readonly durationMs: string;
  /** The rows of `site_incident` that began with rows of a relation like `site_transition`. */
  readonly incidentsOf: (relation: string) => string;
  /** The newest report `r` of the status `s` until a time, of those that were checked since another. */
  readonly joinNewest: (until: string, since: string) => string;
  /** One row: `now_ms`. */
  readonly now: string;
  /** What changed since the call that gave the cursor. */
  changes(connection: Queryable, cursor: string | undefined): Promise<Changes>;
}

function selected(relation: string, fields: readonly FieldName[]): string {
  return fields.map((field) => `${relation}.${field}`).join(", ");
}

/** Of `site_current c`. */
export const CURRENT_COLUMNS = `c.site, c.location, ${
  selected("c", SHOWN_STATUS_FIELDS)
}, c.since, c.stale`;

/** Of `site_report r`. */
export const REPORT_COLUMNS = selected(
  "r",
  FIELD_NAMES.filter((field) => REPORT_FIELDS[field].shown),
);

/** Of `site_transition`. */
export const TRANSITION_COLUMNS =
  `checked_at AS at, from_outcome AS "from", outcome AS "to", reason`;

/** What the statements of a store need of it. */
export type Dialect = Omit<QueriesDialect, "changes">;
