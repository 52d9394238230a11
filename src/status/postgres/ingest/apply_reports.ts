/**
 * The statement that applies a chunk of reports: history, rollup, transitions and status at once.
 *
 * It runs after LOCK_SITES, as a statement of its own: what a statement sees is older than the
 * locks that it waits for. Each constant is one named step of it.
 */
import { HISTORY_FIELDS, STATUS_FIELDS } from "../../../report/fields.ts";
import { MERGE_HOURS } from "./merge_hours.ts";
import { COLUMN_VALUES, JSON_COLUMNS, ORDER, orderOf } from "./report_columns.ts";
import type { Statement } from "../../sql/sql_source.ts";
import { CORRECT_TRANSITIONS } from "./correct_transitions.ts";

const SHARED = STATUS_FIELDS.join(", ");
const HISTORY = HISTORY_FIELDS.join(", ");
const STATUS_ONLY = ["last_checked", ...STATUS_FIELDS];

/** A producer's clock may be this far ahead before the store's own takes its place. */
const CLOCK_AHEAD_MAX = "interval '5 minutes'";

/** The chunk in SQL's types; `is_fresh` marks what is not older than the horizon. */
const ARRIVED = `
arrived AS (
  SELECT r.*, h.not_before <= r.checked_at AS is_fresh
  FROM history_horizon h, (
    SELECT ${COLUMN_VALUES}
    FROM json_to_recordset($1) AS r(${JSON_COLUMNS})) AS r)`;

/**
 * The chunk without repeats, each report with its place in the order. A clock that is ahead must not
 * block later reports of its site; an expired report is not stored, so its place must be one that a
 * replay gives it again.
 */
const CHUNK = `
chunk AS MATERIALIZED (
  SELECT DISTINCT ON (producer_id, sequence, checked_at) *,
    CASE WHEN recorded_at <= now() + ${CLOCK_AHEAD_MAX} THEN recorded_at
      WHEN is_fresh THEN now() ELSE checked_at END AS order_at
  FROM arrived ORDER BY producer_id, sequence, checked_at)`;

/** Into the history goes what was not there; these rows alone count in what follows. */
const NEW = `
new AS (
  INSERT INTO site_report (site, location, ${ORDER}, ${SHARED}, ${HISTORY})
  SELECT site, location, ${ORDER}, ${SHARED}, ${HISTORY} FROM chunk
  WHERE is_fresh ORDER BY producer_id, sequence, checked_at
  ON CONFLICT DO NOTHING
  RETURNING *)`;

/** What was new, and whether it is older than what its site shows. */
const PLACED = `
placed AS MATERIALIZED (
  SELECT n.site, n.location, ${orderOf("n")}, n.checked_at, n.outcome, n.reason,
    (${orderOf("n")}) < (${orderOf("s")}) AS is_late
  FROM new n JOIN site_status s USING (site, location))`;

/** The newest of each site, where it is newer than what the site shows. */
const STATUS = `
status AS (
  INSERT INTO site_status AS t (site, location, ${ORDER}, ${STATUS_ONLY.join(", ")})
  SELECT DISTINCT ON (site, location) site, location, ${ORDER},
    checked_at AT TIME ZONE 'UTC', ${SHARED}
  FROM (
    SELECT site, location, ${ORDER}, ${SHARED} FROM new
    UNION ALL SELECT site, location, ${ORDER}, ${SHARED} FROM chunk WHERE NOT is_fresh) AS r
  ORDER BY site, location, order_at DESC, producer_id DESC, sequence DESC
  ON CONFLICT (site, location) DO UPDATE SET
    (${ORDER}, ${STATUS_ONLY.join(", ")}) =
    (${orderOf("excluded")}, ${STATUS_ONLY.map((column) => `excluded.${column}`).join(", ")}),
    changed_in = pg_current_xact_id()
  WHERE (${orderOf("t")}) < (${orderOf("excluded")}))`;

/** `$1`: the reports as a JSON array. Answers with one row of counts, named as in `Applied`. */
export const APPLY_REPORTS: Statement = {
  name: "apply_reports",
  text: `WITH ${
    [ARRIVED, CHUNK, NEW, ...MERGE_HOURS, PLACED, ...CORRECT_TRANSITIONS, STATUS].join(",")
  }
SELECT
  (SELECT count(*) FROM new) AS applied,
  (SELECT count(*) FROM placed WHERE is_late) AS stale,
  (SELECT count(*) FROM chunk WHERE NOT is_fresh) AS expired`,
};
