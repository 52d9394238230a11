/** The query port in SQL; most statements read the views of docs/sql.md. */
import { FIELD_NAMES, type FieldName, REPORT_FIELDS } from "../../report/fields.ts";
import { type SiteState, STATES } from "../../report/site_state.ts";
import {
  type Changes,
  DAILY_SITES_MAX,
  HISTORY_DAYS_MAX,
  type HistoryOptions,
  type HistoryReport,
  type Incident,
  INCIDENTS_LISTED_MAX,
  INCIDENTS_MAX,
  type IncidentsOptions,
  LATENCY_DAYS_MAX,
  type LatencyPoint,
  RECENT_REPORTS_MAX,
  SHOWN_STATUS_FIELDS,
  type SiteDays,
  type SiteHistory,
  type SiteKey,
  type SiteStatus,
  type SiteUptime,
  type StatusQueries,
  type Transition,
  TRANSITIONS_MAX,
} from "../queries.ts";
import { type DayRow, siteDays, siteUptimes, type UptimeRow } from "../read/coverage.ts";
import type { Queryable, SqlSource, Statement } from "./sql_source.ts";

/** What each store says in its own way. */
export interface QueriesDialect {
  /** The time so many days ago, as `order_at` has times. */
  readonly daysAgo: (days: string) => string;
  /** The same as `site_latency` has hours. */
  readonly hoursSince: (days: string) => string;
  /** Rows `k` of `$1`, a JSON array of sites. */
  readonly sites: string;
  /** The midnight that many days ago, as `site_day` has days. */
  readonly daySince: (days: string) => string;
  /** A time in milliseconds since 1970, as the views have times. */
  readonly viewTime: (ms: string) => string;
  /** The milliseconds of an incident. */
  readonly durationMs: string;
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
const REPORT_COLUMNS = selected(
  "r",
  FIELD_NAMES.filter((field) => REPORT_FIELDS[field].shown),
);

/** Of `site_transition`. */
const TRANSITION_COLUMNS = `checked_at AS at, from_outcome AS "from", outcome AS "to", reason`;

/** Of `site_latency`. */
const LATENCY_COLUMNS =
  `hour, responses, mean_ms AS "meanMs", p50_ms AS "p50Ms", p95_ms AS "p95Ms", p99_ms AS "p99Ms"`;

/** Every site's status, by site and location. */
export const STATUSES: Statement = {
  name: "query_statuses",
  text: `SELECT ${CURRENT_COLUMNS} FROM site_current c ORDER BY c.site, c.location`,
};

/** The statements of a store. */
export function queryStatements(dialect: Omit<QueriesDialect, "changes">) {
  const { now, sites, daySince, daysAgo, hoursSince, viewTime, durationMs } = dialect;
  return {
    now: { name: "query_now", text: now },
    statuses: STATUSES,
    status: {
      name: "query_status",
      text: `SELECT ${CURRENT_COLUMNS} FROM site_current c WHERE c.site = $1 AND c.location = $2`,
    },
    stateCounts: {
      name: "query_state_counts",
      text:
        `SELECT CASE WHEN c.stale THEN 'stale' ELSE CAST(c.outcome AS text) END AS state, count(*) AS sites
      FROM site_current c GROUP BY 1`,
    },
    uptimes: {
      name: "query_uptimes",
      text: `SELECT site, location, days, up_ms AS "upMs", degraded_ms AS "degradedMs",
        down_ms AS "downMs", inconclusive_ms AS "inconclusiveMs", window_ms AS "windowMs"
      FROM site_uptime ORDER BY site, location, days`,
    },
    days: {
      name: "query_days",
      text: `SELECT d.site, d.location, CAST(d.day AS text) AS day, d.up_ms, d.degraded_ms,
        d.down_ms, d.inconclusive_ms
      FROM (${sites}) AS k
      JOIN site_status s ON s.site = k.site AND s.location = k.location
      JOIN site_day d ON d.site = s.site AND d.location = s.location
      WHERE NOT s.is_removed AND d.day > ${daySince("$2")}`,
    },
    transitions: {
      name: "query_transitions",
      text: `SELECT ${TRANSITION_COLUMNS} FROM site_transition
      WHERE site = $1 AND location = $2 AND order_at > ${daysAgo("$3")}
      ORDER BY order_at DESC, producer_id DESC, sequence DESC LIMIT ${TRANSITIONS_MAX}`,
    },
    latency: {
      name: "query_latency",
      text: `SELECT ${LATENCY_COLUMNS} FROM site_latency
      WHERE site = $1 AND location = $2 AND hour > ${hoursSince("$3")} ORDER BY hour`,
    },
    // Through the transitions: a site that is up may have no failure among very many reports.
    failures: {
      name: "query_failures",
      text: `SELECT ${REPORT_COLUMNS}
      FROM (
        SELECT producer_id, sequence, checked_at, order_at FROM site_transition
        WHERE site = $1 AND location = $2 AND outcome <> 'up'
          AND (from_outcome IS NULL OR from_outcome = 'up')
        ORDER BY order_at DESC, producer_id DESC, sequence DESC LIMIT ${INCIDENTS_MAX}) AS t
      JOIN site_report r USING (producer_id, sequence, checked_at)
      ORDER BY t.order_at DESC, t.producer_id DESC, t.sequence DESC`,
    },
    incidents: {
      name: "query_incidents",
      text: `SELECT site, location, began_at, ended_at, unknown_since,
        ${durationMs} AS duration_ms, outcome, reason, error_text
      FROM site_incident
      WHERE began_at < ${viewTime("$3")} AND (ended_at IS NULL OR ended_at >= ${viewTime("$2")})
        AND (CAST($1 AS text) IS NULL OR site = $1)
      ORDER BY began_at DESC, site, location LIMIT ${INCIDENTS_LISTED_MAX}`,
    },
    recent: {
      name: "query_recent",
      text: `SELECT ${REPORT_COLUMNS} FROM site_report r
      WHERE r.site = $1 AND r.location = $2
      ORDER BY r.order_at DESC, r.producer_id DESC, r.sequence DESC LIMIT ${RECENT_REPORTS_MAX}`,
    },
  } satisfies Record<string, Statement>;
}

export class SqlQueries implements StatusQueries {
  readonly #source: SqlSource;
  readonly #dialect: QueriesDialect;
  readonly #statements: ReturnType<typeof queryStatements>;

  constructor(source: SqlSource, dialect: QueriesDialect) {
    this.#source = source;
    this.#dialect = dialect;
    this.#statements = queryStatements(dialect);
  }

  statuses(): Promise<readonly SiteStatus[]> {
    return this.#source.use(
      "read statuses",
      (connection) => connection.query<SiteStatus>(this.#statements.statuses),
    );
  }

  stateCounts(): Promise<Readonly<Record<SiteState, number>>> {
    return this.#source.use("count sites", async (connection) => {
      type Row = { readonly state: SiteState; readonly sites: number };
      const rows = await connection.query<Row>(this.#statements.stateCounts);
      const none = Object.fromEntries(STATES.map((state) => [state, 0]));
      const counts = Object.fromEntries(rows.map(({ state, sites }) => [state, Number(sites)]));
      return { ...none, ...counts } as Record<SiteState, number>;
    });
  }

  uptimes(): Promise<readonly SiteUptime[]> {
    return this.#source.use(
      "read uptimes",
      async (connection) =>
        siteUptimes(await connection.query<UptimeRow>(this.#statements.uptimes)),
    );
  }

  async daily(sites: readonly SiteKey[], days: number): Promise<readonly SiteDays[]> {
    checkDaily(sites, days);
    const keys = JSON.stringify(sites.map(({ site, location }) => ({ site, location })));
    return await this.#source.use("read days", async (connection) => {
      const [now] = await connection.query<{ now_ms: number }>(this.#statements.now);
      const rows = await connection.query<DayRow>(this.#statements.days, [keys, days]);
      return siteDays(rows, { sites, days, nowMs: now!.now_ms });
    });
  }

  async history(
    { site, location }: SiteKey,
    options: HistoryOptions,
  ): Promise<SiteHistory | undefined> {
    checkHistory(options);
    const key = [site, location];
    const statements = this.#statements;
    return await this.#source.use("read the history of a site", async (connection) => {
      const [status] = await connection.query<SiteStatus>(statements.status, key);
      if (status === undefined) return undefined;
      const { transitionDays, latencyDays } = options;
      return {
        status,
        transitions: await connection.query<Transition>(statements.transitions, [
          ...key,
          transitionDays,
        ]),
        latency: await connection.query<LatencyPoint>(statements.latency, [...key, latencyDays]),
        failures: await connection.query<HistoryReport>(statements.failures, key),
        recent: await connection.query<HistoryReport>(statements.recent, key),
      };
    });
  }

  incidents({ site, since, until }: IncidentsOptions): Promise<readonly Incident[]> {
    const values = [site ?? null, since.getTime(), until.getTime()];
    return this.#source.use(
      "read incidents",
      (connection) => connection.query<Incident>(this.#statements.incidents, values),
    );
  }

  changesSince(cursor: string | undefined): Promise<Changes> {
    return this.#source.use(
      "read changes",
      (connection) => this.#dialect.changes(connection, cursor),
    );
  }

  async close(): Promise<void> {
    await this.#source.close();
  }
}

/** Throws RangeError when the arguments of `daily()` exceed the limits. */
function checkDaily(sites: readonly SiteKey[], days: number): void {
  mustBeWithin("sites", sites.length, { min: 0, max: DAILY_SITES_MAX });
  mustBeWithin("days", days, { min: 1, max: HISTORY_DAYS_MAX });
}

/** Throws RangeError when the arguments of `history()` exceed the limits. */
function checkHistory({ transitionDays, latencyDays }: HistoryOptions): void {
  mustBeWithin("transitionDays", transitionDays, { min: 1, max: HISTORY_DAYS_MAX });
  mustBeWithin("latencyDays", latencyDays, { min: 1, max: LATENCY_DAYS_MAX });
}

function mustBeWithin(name: string, value: number, { min, max }: { min: number; max: number }) {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(
    `invalid "${name}": ${value} is not a whole number from ${min} to ${max}`,
  );
}
