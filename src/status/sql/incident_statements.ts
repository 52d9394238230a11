/** What asks for the times that sites were not up. */
import { DAY_MS } from "../../runtime/time_units.ts";
import { INCIDENTS_MAX, type IncidentsOptions, TRANSITIONS_MAX } from "../queries.ts";
import { type Dialect, REPORT_COLUMNS, TRANSITION_COLUMNS } from "./queries_dialect.ts";
import type { Statement } from "./sql_source.ts";

/** What began an incident, among the transitions. */
const BEGINS = "outcome <> 'up' AND (from_outcome IS NULL OR from_outcome = 'up')";

const PLACE = "order_at, producer_id, sequence";
const NEWEST_FIRST = "ORDER BY order_at DESC, producer_id DESC, sequence DESC";

/** How far a check may be dated ahead of its place among the reports (ingest/read_message.ts). */
const AHEAD_MAX_MS = DAY_MS;

/** Of `site_incident`. */
function incidentColumns(durationMs: string): string {
  return `site, location, began_at, ended_at, unknown_since, ${durationMs} AS duration_ms,
        outcome, reason, error_text`;
}

/**
 * What began the incidents of a page. Rows of a site are read from where it was last up before the
 * time that is asked about: what began earlier has ended before it.
 */
function pageOf({ tableTime, tableMs, beginning }: Dialect): string {
  const since = tableTime("$2");
  const end = `(SELECT checked_at FROM site_transition
        WHERE site = b.site AND location = b.location AND outcome = 'up'
          AND (${PLACE}) > (b.order_at, b.producer_id, b.sequence)
        ORDER BY ${PLACE} LIMIT 1)`;
  return `SELECT b.* FROM site_status s
      JOIN site_transition b ON b.site = s.site AND b.location = s.location
        AND b.order_at > coalesce((
          SELECT order_at FROM site_transition
          WHERE site = s.site AND location = s.location AND outcome = 'up'
            AND order_at < ${tableTime(`(CAST($2 AS double precision) - ${AHEAD_MAX_MS})`)}
          ${NEWEST_FIRST} LIMIT 1), ${beginning})
      WHERE NOT s.is_removed AND (CAST($1 AS text) IS NULL OR s.site = $1)
        AND b.outcome <> 'up' AND (b.from_outcome IS NULL OR b.from_outcome = 'up')
        AND b.checked_at < ${tableTime("$3")}
        AND (b.checked_at >= ${since} OR coalesce(${end} >= ${since}, true))
        AND (CAST($4 AS int) IS NULL OR CAST($4 AS int) = (CASE WHEN ${end} IS NULL THEN 1 ELSE 0 END))
        AND (CAST($5 AS text) IS NULL OR b.checked_at < ${tableTime("$7")}
          OR (b.checked_at < ${
    tableTime("(CAST($7 AS double precision) + 1)")
  } AND (b.site, b.location) > ($5, $6)))
      ORDER BY ${tableMs("b.checked_at")} DESC, b.site, b.location LIMIT $8`;
}

export function incidentStatements(dialect: Dialect) {
  const { viewTime, tableTime, viewMs, durationMs, incidentsOf } = dialect;
  return {
    // Through the transitions: a site that is up may have no failure among very many reports.
    failures: {
      name: "query_failures",
      text: `SELECT ${REPORT_COLUMNS}
      FROM (
        SELECT producer_id, sequence, checked_at, order_at FROM site_transition
        WHERE site = $1 AND location = $2 AND ${BEGINS}
        ${NEWEST_FIRST} LIMIT ${INCIDENTS_MAX}) AS t
      JOIN site_report r USING (producer_id, sequence, checked_at)
      ORDER BY t.order_at DESC, t.producer_id DESC, t.sequence DESC`,
    },
    // What covers an incident is looked up for those of the page alone.
    incidents: {
      name: "query_incidents",
      text: `WITH page AS MATERIALIZED (${pageOf(dialect)})
      SELECT ${incidentColumns(durationMs)} FROM (${incidentsOf("page")}) AS i
      ORDER BY ${viewMs("began_at")} DESC, site, location`,
    },
    // Views and reports have times to the microsecond, or to the millisecond alone.
    incident: {
      name: "query_incident",
      text: `SELECT ${incidentColumns(durationMs)} FROM site_incident
      WHERE site = $1 AND location = $2
        AND began_at >= ${viewTime("$3")} AND began_at < ${viewTime("$4")}
      ORDER BY began_at LIMIT 1`,
    },
    first: {
      name: "query_first",
      text: `SELECT ${REPORT_COLUMNS}
      FROM (
        SELECT producer_id, sequence, checked_at, order_at FROM site_transition
        WHERE site = $1 AND location = $2 AND ${BEGINS}
          AND checked_at >= ${tableTime("$3")} AND checked_at < ${tableTime("$4")}
        ORDER BY order_at, producer_id, sequence LIMIT 1) AS t
      JOIN site_report r USING (producer_id, sequence, checked_at)`,
    },
    course: {
      name: "query_course",
      text: `SELECT ${TRANSITION_COLUMNS} FROM site_transition
      WHERE site = $1 AND location = $2
        AND checked_at >= ${tableTime("$3")} AND checked_at < ${tableTime("$4")}
      ORDER BY order_at, producer_id, sequence LIMIT ${TRANSITIONS_MAX}`,
    },
  } satisfies Record<string, Statement>;
}

/** Of the statement `incidents`. */
export function incidentValues(
  { site, since, until, isOpen, after, limit }: IncidentsOptions,
): unknown[] {
  const place = [after?.site ?? null, after?.location ?? null, after?.began_at.getTime() ?? null];
  return [
    site ?? null,
    since.getTime(),
    until.getTime(),
    isOpen === undefined ? null : Number(isOpen),
    ...place,
    limit,
  ];
}
