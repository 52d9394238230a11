/** The statements of maintenance. */
import type { Statement } from "../sql/sql_source.ts";

/** Waits for the transactions that apply reports by the old horizon; later ones see the new. */
export const MOVE_HORIZON: Statement = {
  name: "maintenance_horizon",
  text: `UPDATE history_horizon h SET not_before = k.not_before
  FROM (SELECT date_trunc('day', now() - $1::float8 * interval '1 millisecond', 'UTC')
    AS not_before) AS k
  WHERE h.not_before < k.not_before`,
};

export const NOW: Statement = {
  name: "query_now",
  text: "SELECT (extract(epoch FROM now()) * 1000)::float8 AS now_ms",
};

/** Held by the connection until it closes. */
export const TRY_LOCK: Statement = {
  name: "maintenance_lock",
  text: `SELECT pg_try_advisory_lock(
    hashtextextended('sitemon maintenance ' || current_schema(), 0)) AS is_mine`,
};

/** Marks a partition that is being purged, so that one that a person detached is not dropped. */
export const PURGE_MARK = "expired: sitemon drops this day";

/**
 * Days before the horizon: attached, partly detached, or detached by a run that ended too early.
 * The one that is partly detached comes first, since the others have to wait for it.
 */
export const OLD_PARTITIONS: Statement = {
  name: "maintenance_partitions",
  text: `SELECT c.relname AS name, i.inhrelid IS NOT NULL AS "isAttached",
    coalesce(i.inhdetachpending, false) AS "isPending"
  FROM history_horizon h, pg_class c
  LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND i.inhparent = 'site_report'::regclass
  WHERE c.relnamespace = current_schema()::regnamespace AND c.relname ~ '^site_report_[0-9]{8}$'
    AND c.relkind = 'r'
    AND substr(c.relname, 13) < to_char(h.not_before AT TIME ZONE 'UTC', 'YYYYMMDD')
    AND (i.inhrelid IS NOT NULL OR obj_description(c.oid, 'pg_class') = '${PURGE_MARK}')
  ORDER BY 3 DESC, 1`,
};

/** Never later than the horizon, so that no report can come for what is deleted. */
const BEFORE = `least(now() - $1::float8 * interval '1 millisecond',
  (SELECT not_before FROM history_horizon))`;

/** Rows that one statement deletes at most: their locks and their WAL stay small. */
export const DELETE_ROWS_MAX = 10_000;

/** Site by site, since the keys of these tables begin with the site. */
function deletion(name: string, table: string, isOld: string): Statement {
  return {
    name,
    text: `WITH gone AS (
      DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
        SELECT t.ctid FROM site_status s CROSS JOIN LATERAL (
          SELECT ctid FROM ${table} r
          WHERE r.site = s.site AND r.location = s.location AND ${isOld}) AS t
        LIMIT ${DELETE_ROWS_MAX}))
      RETURNING 1)
    SELECT count(*) FROM gone`,
  };
}

/** `$1`: milliseconds to keep. All of them. */
export const DELETE_HOURS = deletion(
  "maintenance_hours",
  "site_hour",
  `r.hour < date_trunc('day', ${BEFORE}, 'UTC')`,
);
export const DELETE_DAYS = deletion(
  "maintenance_days",
  "site_day",
  `r.day < (${BEFORE} AT TIME ZONE 'UTC')::date`,
);
/** The newest of the old ones stays: its outcome is still in force after it. */
export const DELETE_TRANSITIONS = deletion(
  "maintenance_transitions",
  "site_transition",
  `r.order_at < ${BEFORE}
          ORDER BY r.order_at DESC, r.producer_id DESC, r.sequence DESC OFFSET 1`,
);

/** `$1`: the site; `$2`: one location, or null for all. Later than any report of a clock ahead. */
export const FORGET: Statement = {
  name: "maintenance_forget",
  text: `UPDATE site_status
  SET removed_at = greatest(now(), order_at), changed_in = pg_current_xact_id()
  WHERE site = $1 AND ($2::text IS NULL OR location = $2) AND NOT is_removed
  RETURNING site, location`,
};
