/** What asks for the course of one site: changes, reports, and how fast it answered. */
import { LATENCY_BOUNDS_MS, latencyColumn, latencyQuantile } from "../read/latency_buckets.ts";
import {
  KNOWN_MS,
  RECENT_REPORTS_MAX,
  SHOWN_STATUS_FIELDS,
  STALE_GRACE_MS,
  STALE_SPANS,
  TRANSITIONS_MAX,
} from "../queries.ts";
import { type Dialect, REPORT_COLUMNS, TRANSITION_COLUMNS } from "./queries_dialect.ts";
import type { Statement } from "./sql_source.ts";

/** The columns of `site_hour` that add up to how fast a site answered. */
const ANSWER_COLUMNS = ["responses", "response_time_sum", ...LATENCY_BOUNDS_MS.map(latencyColumn)];

/** As `site_latency` has them, also of hours that were added up. */
const LATENCY_COLUMNS = [
  ["mean", "1.0 * response_time_sum / responses"],
  ...[50, 95, 99].map((part) => [`p${part}`, latencyQuantile(part / 100)]),
].map(([name, value]) => `CAST(round(${value}, 1) AS double precision) AS "${name}Ms"`);

/** Points of some hours of a site, by the beginning of the hour or of its day, the oldest first. */
function latencyOf(at: string, hours: string, limit = ""): string {
  return `SELECT at, CAST(responses AS int) AS responses, ${LATENCY_COLUMNS.join(", ")}
      FROM (
        SELECT ${at} AS at, ${
    ANSWER_COLUMNS.map((column) => `sum(${column}) AS ${column}`).join(", ")
  }
        FROM site_hour
        WHERE site = $1 AND location = $2 AND ${hours}
        GROUP BY 1) AS d
      WHERE responses > 0 ORDER BY at${limit}`;
}

const NEWEST_FIRST = "ORDER BY r.order_at DESC, r.producer_id DESC, r.sequence DESC";

/** Of the report `r` of the status `s`, whose columns `site_current` has. */
const CURRENT_OF_REPORT = ["site", "location", ...SHOWN_STATUS_FIELDS]
  .map((field) => `r.${field}`).join(", ");

/** What was known of each site at `$1`. */
function statusesAt({ time, joinNewest }: Dialect): string {
  const at = time("CAST($1 AS bigint)");
  const staleAfter = time(
    `(CAST($1 AS bigint) - (CAST(${STALE_SPANS} AS bigint) * r.next_check_ms + ${STALE_GRACE_MS}) * CAST(1000 AS bigint))`,
  );
  return `SELECT ${CURRENT_OF_REPORT}, (
        SELECT t.checked_at FROM site_transition t
        WHERE t.site = s.site AND t.location = s.location AND t.order_at <= ${at}
        ORDER BY t.order_at DESC, t.producer_id DESC, t.sequence DESC LIMIT 1) AS since,
        coalesce(r.order_at < ${staleAfter}, false) AS stale
      FROM site_status s
      ${joinNewest(at, time(`(CAST($1 AS bigint) - ${KNOWN_MS * 1_000})`))}
      WHERE NOT s.is_removed ORDER BY s.site, s.location`;
}

export function historyStatements(dialect: Dialect) {
  const { daysAgo, dayOf, tableTime, micros, time, id } = dialect;
  const latest = `hour > ${daysAgo("$3")}`;
  const between = `hour >= ${tableTime("$3")} AND hour < ${tableTime("$4")}
          AND EXISTS (SELECT 1 FROM site_status s
            WHERE s.site = $1 AND s.location = $2 AND NOT s.is_removed)`;
  return {
    statusesAt: { name: "query_statuses_at", text: statusesAt(dialect) },
    transitions: {
      name: "query_transitions",
      text: `SELECT ${TRANSITION_COLUMNS} FROM site_transition
      WHERE site = $1 AND location = $2 AND order_at > ${daysAgo("$3")}
      ORDER BY order_at DESC, producer_id DESC, sequence DESC LIMIT ${TRANSITIONS_MAX}`,
    },
    latestByHour: { name: "query_latest_by_hour", text: latencyOf("hour", latest) },
    latestByDay: { name: "query_latest_by_day", text: latencyOf(dayOf("hour"), latest) },
    byHour: { name: "query_by_hour", text: latencyOf("hour", between, " LIMIT $5") },
    byDay: { name: "query_by_day", text: latencyOf(dayOf("hour"), between, " LIMIT $5") },
    recent: {
      name: "query_recent",
      text: `SELECT ${REPORT_COLUMNS} FROM site_report r
      WHERE r.site = $1 AND r.location = $2
      ${NEWEST_FIRST} LIMIT ${RECENT_REPORTS_MAX}`,
    },
    reports: {
      name: "query_reports",
      text: `SELECT ${REPORT_COLUMNS}, ${micros("r.order_at")} AS place_at,
        CAST(r.producer_id AS text) AS place_producer, r.sequence AS place_sequence
      FROM site_status s JOIN site_report r ON r.site = s.site AND r.location = s.location
      WHERE s.site = $1 AND s.location = $2 AND NOT s.is_removed
        AND r.order_at >= ${time("CAST($3 AS bigint)")}
        AND (r.order_at, r.producer_id, r.sequence)
          < (${time("CAST($4 AS bigint)")}, ${id("$5")}, CAST($6 AS bigint))
      ${NEWEST_FIRST} LIMIT $7`,
    },
  } satisfies Record<string, Statement>;
}
