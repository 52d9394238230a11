/** The statements behind the query port; most of them read the views of docs/sql.md. */
import { FAILURES_MAX, RECENT_REPORTS_MAX, TRANSITIONS_MAX } from "../queries.ts";
import {
  LATENCY_COLUMNS,
  REPORT_COLUMNS,
  SELECT_STATUSES,
  SELECT_UPTIMES,
  STATUS_COLUMNS,
  TRANSITION_COLUMNS,
} from "../read/query_columns.ts";
import type { Statement } from "./connection/connection.ts";

export const STATUSES: Statement = {
  name: "query_statuses",
  text: SELECT_STATUSES,
};

export const STATUS: Statement = {
  name: "query_status",
  text: `SELECT ${STATUS_COLUMNS} FROM site_current c WHERE c.site = $1 AND c.location = $2`,
};

export const UPTIMES: Statement = {
  name: "query_uptimes",
  text: SELECT_UPTIMES,
};

/** `$1` and `$2`: sites and their locations; `$3`: days. Answers with `siteDays`' rows. */
export const DAYS: Statement = {
  name: "query_days",
  text: `SELECT d.site, d.location, d.day::text, d.up_ms, d.degraded_ms, d.down_ms,
    d.inconclusive_ms
  FROM unnest($1::text[], $2::text[]) AS k(site, location)
  JOIN site_status s ON s.site = k.site COLLATE "C" AND s.location = k.location COLLATE "C"
  JOIN site_day d ON d.site = s.site AND d.location = s.location
  WHERE NOT s.is_removed AND d.day > (now() AT TIME ZONE 'UTC')::date - $3::int`,
};

export const NOW: Statement = {
  name: "query_now",
  text: "SELECT (extract(epoch FROM now()) * 1000)::float8 AS now_ms",
};

/** `$1`, `$2`: the site; `$3`: days. */
export const TRANSITIONS: Statement = {
  name: "query_transitions",
  text: `SELECT ${TRANSITION_COLUMNS}
  FROM site_transition
  WHERE site = $1 AND location = $2 AND order_at > now() - $3::int * interval '1 day'
  ORDER BY order_at DESC, producer_id DESC, sequence DESC LIMIT ${TRANSITIONS_MAX}`,
};

/** `$1`, `$2`: the site; `$3`: days. */
export const LATENCY: Statement = {
  name: "query_latency",
  text: `SELECT ${LATENCY_COLUMNS}
  FROM site_latency
  WHERE site = $1 AND location = $2 AND hour > now() - $3::int * interval '1 day'
  ORDER BY hour`,
};

/** By the transitions, since a site that is up may have no failure among very many reports. */
export const FAILURES: Statement = {
  name: "query_failures",
  text: `SELECT ${REPORT_COLUMNS}
  FROM (
    SELECT producer_id, sequence, checked_at, order_at FROM site_transition
    WHERE site = $1 AND location = $2 AND outcome <> 'up'
      AND (from_outcome IS NULL OR from_outcome = 'up')
    ORDER BY order_at DESC, producer_id DESC, sequence DESC LIMIT ${FAILURES_MAX}) AS t
  JOIN site_report r USING (producer_id, sequence, checked_at)
  ORDER BY t.order_at DESC, t.producer_id DESC, t.sequence DESC`,
};

export const RECENT: Statement = {
  name: "query_recent",
  text: `SELECT ${REPORT_COLUMNS} FROM site_report r
  WHERE r.site = $1 AND r.location = $2
  ORDER BY r.order_at DESC, r.producer_id DESC, r.sequence DESC LIMIT ${RECENT_REPORTS_MAX}`,
};

/** What a cursor is made of: what was committed, and the time by which sites turned stale. */
export const CURSOR: Statement = {
  name: "query_cursor",
  text: `SELECT pg_current_snapshot()::text AS snapshot,
    (extract(epoch FROM now()) * 1000000)::bigint AS micros`,
};

/** True for a snapshot from this server's future, as after a restore: it knows nothing of us. */
export const IS_AHEAD: Statement = {
  name: "query_is_ahead",
  text: `SELECT pg_snapshot_xmax($1::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot())
    AS is_ahead`,
};

/** `$1`: a cursor's snapshot; `$2`: its microseconds. */
export const CHANGED: Statement = {
  name: "query_changed",
  text: `SELECT ${STATUS_COLUMNS}
  FROM site_current c JOIN site_status s USING (site, location)
  WHERE NOT pg_visible_in_snapshot(s.changed_in, $1::pg_snapshot)
    OR c.stale AND c.stale_at >= timestamptz 'epoch' + $2::bigint * interval '1 microsecond'
  ORDER BY c.site, c.location`,
};

/** `$1`: a cursor's snapshot. */
export const REMOVED: Statement = {
  name: "query_removed",
  text: `SELECT site, location FROM site_status
  WHERE is_removed AND NOT pg_visible_in_snapshot(changed_in, $1::pg_snapshot)
  ORDER BY site, location`,
};
