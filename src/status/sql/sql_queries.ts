/** The query port in SQL; most statements read the views of docs/sql.md. */
import { type SiteState, STATES } from "../../report/site_state.ts";
import {
  type Changes,
  DAILY_SITES_MAX,
  HISTORY_DAYS_MAX,
  type HistoryOptions,
  type HistoryReport,
  type Incident,
  INCIDENTS_LISTED_MAX,
  type IncidentsOptions,
  type IncidentStory,
  LATENCY_DAYS_MAX,
  type LatencyPoint,
  RECENT_REPORTS_MAX,
  type SiteDays,
  type SiteHistory,
  type SiteKey,
  type SiteMonths,
  type SiteStatus,
  type SiteUptime,
  type StatusQueries,
  type Transition,
  TRANSITIONS_MAX,
} from "../queries.ts";
import { LATENCY_BOUNDS_MS, latencyColumn, latencyQuantile } from "../read/latency_buckets.ts";
import {
  COVERED_COLUMNS,
  type DayRow,
  type MonthRow,
  siteDays,
  siteMonths,
  siteUptimes,
  type UptimeRow,
} from "../read/coverage.ts";
import { incidentStatements, incidentValues } from "./incident_statements.ts";
import {
  CURRENT_COLUMNS,
  type Dialect,
  type QueriesDialect,
  REPORT_COLUMNS,
  TRANSITION_COLUMNS,
} from "./queries_dialect.ts";
import type { SqlSource, Statement } from "./sql_source.ts";

/** Of `site_latency`. */
const LATENCY_COLUMNS =
  `hour AS at, responses, mean_ms AS "meanMs", p50_ms AS "p50Ms", p95_ms AS "p95Ms", p99_ms AS "p99Ms"`;

/** The columns of `site_hour` that add up to how fast a site answered. */
const ANSWER_COLUMNS = ["responses", "response_time_sum", ...LATENCY_BOUNDS_MS.map(latencyColumn)];

/** As `site_latency` has them, of hours that were added up. */
const ADDED_LATENCY_COLUMNS = [
  ["mean", "1.0 * response_time_sum / responses"],
  ...[50, 95, 99].map((part) => [`p${part}`, latencyQuantile(part / 100)]),
].map(([name, value]) => `CAST(round(${value}, 1) AS double precision) AS "${name}Ms"`);

/** Every site's status, by site and location. */
export const STATUSES: Statement = {
  name: "query_statuses",
  text: `SELECT ${CURRENT_COLUMNS} FROM site_current c ORDER BY c.site, c.location`,
};

/** The statements of a store. */
export function queryStatements(dialect: Dialect) {
  const { now, sites, daySince } = dialect;
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
    months: {
      name: "query_months",
      text: `SELECT d.site, d.location, substr(CAST(d.day AS text), 1, 7) AS month, ${
        COVERED_COLUMNS.map((column) => `CAST(sum(d.${column}) AS double precision) AS ${column}`)
          .join(", ")
      }
      FROM (${sites}) AS k
      JOIN site_status s ON s.site = k.site AND s.location = k.location
      JOIN site_day d ON d.site = s.site AND d.location = s.location
      WHERE NOT s.is_removed AND d.day > ${daySince("$2")} AND d.day <= ${daySince("0")}
      GROUP BY 1, 2, 3`,
    },
    ...historyStatements(dialect),
    ...incidentStatements(dialect),
  } satisfies Record<string, Statement>;
}

/** What happened to one site. */
function historyStatements({ daysAgo, dayOf, hoursSince }: Dialect) {
  return {
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
    latencyByDay: {
      name: "query_latency_by_day",
      text: `SELECT at, CAST(responses AS int) AS responses, ${ADDED_LATENCY_COLUMNS.join(", ")}
      FROM (
        SELECT ${dayOf("hour")} AS at, ${
        ANSWER_COLUMNS.map((column) => `sum(${column}) AS ${column}`).join(", ")
      } FROM site_hour
        WHERE site = $1 AND location = $2 AND hour > ${daysAgo("$3")}
        GROUP BY 1) AS d
      WHERE responses > 0 ORDER BY at`,
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

  async monthly(sites: readonly SiteKey[]): Promise<readonly SiteMonths[]> {
    mustBeWithin("sites", sites.length, { min: 0, max: DAILY_SITES_MAX });
    const keys = JSON.stringify(sites.map(({ site, location }) => ({ site, location })));
    return await this.#source.use("read months", async (connection) => {
      const [now] = await connection.query<{ now_ms: number }>(this.#statements.now);
      const values = [keys, HISTORY_DAYS_MAX];
      const rows = await connection.query<MonthRow>(this.#statements.months, values);
      return siteMonths(rows, { sites, nowMs: now!.now_ms });
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
      const { transitionDays, latencyDays, latencyStep } = options;
      const latency = latencyStep === "day" ? statements.latencyByDay : statements.latency;
      return {
        status,
        transitions: await connection.query<Transition>(statements.transitions, [
          ...key,
          transitionDays,
        ]),
        latency: await connection.query<LatencyPoint>(latency, [...key, latencyDays]),
        failures: await connection.query<HistoryReport>(statements.failures, key),
        recent: await connection.query<HistoryReport>(statements.recent, key),
      };
    });
  }

  async incidents(options: IncidentsOptions): Promise<readonly Incident[]> {
    const { limit = INCIDENTS_LISTED_MAX } = options;
    mustBeWithin("limit", limit, { min: 1, max: INCIDENTS_LISTED_MAX });
    const values = incidentValues({ ...options, limit });
    return await this.#source.use(
      "read incidents",
      (connection) => connection.query<Incident>(this.#statements.incidents, values),
    );
  }

  incident({ site, location }: SiteKey, beganAt: Date): Promise<IncidentStory | undefined> {
    const { incident: ofIncident, first, course } = this.#statements;
    const fromMs = beganAt.getTime();
    const key = [site, location, fromMs];
    return this.#source.use("read an incident", async (connection) => {
      const [incident] = await connection.query<Incident>(ofIncident, [...key, fromMs + 1]);
      if (incident === undefined) return undefined;
      const [report] = await connection.query<HistoryReport>(first, [...key, fromMs + 1]);
      const untilMs = (incident.ended_at ?? new Date()).getTime() + 1;
      const transitions = await connection.query<Transition>(course, [...key, untilMs]);
      return { incident, first: report, transitions };
    });
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
