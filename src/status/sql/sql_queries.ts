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
  LATENCY_POINTS_MAX,
  type LatencyOptions,
  type LatencyPoint,
  type PlacedReport,
  REPORTS_MAX,
  type ReportsOptions,
  type SiteDays,
  type SiteHistory,
  type SiteKey,
  type SiteMonths,
  type SiteStatus,
  type SiteUptime,
  type StatusQueries,
  type Transition,
} from "../queries.ts";
import {
  COVERED_COLUMNS,
  type DayRow,
  type MonthRow,
  siteDays,
  siteMonths,
  siteUptimes,
  type UptimeRow,
} from "../read/coverage.ts";
import { historyStatements } from "./history_statements.ts";
import { incidentStatements, incidentValues } from "./incident_statements.ts";
import { CURRENT_COLUMNS, type Dialect, type QueriesDialect } from "./queries_dialect.ts";
import type { SqlSource, Statement } from "./sql_source.ts";

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

  statusesAt(time: Date): Promise<readonly SiteStatus[]> {
    const statement = this.#statements.statusesAt;
    return this.#source.use(
      "read statuses of the past",
      (connection) => connection.query<SiteStatus>(statement, [micros(time)]),
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
      const latency = latencyStep === "day" ? statements.latestByDay : statements.latestByHour;
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

  async reports(
    { site, location }: SiteKey,
    { since, until, before, limit }: ReportsOptions,
  ): Promise<readonly PlacedReport[]> {
    mustBeWithin("limit", limit, { min: 1, max: REPORTS_MAX });
    const place = before ?? { at: micros(until), producer: FIRST_PRODUCER, sequence: 0 };
    const values = [micros(since), place.at, place.producer, place.sequence, limit];
    return await this.#source.use("read reports", async (connection) => {
      const rows = await connection.query<ReportRow>(this.#statements.reports, [
        ...[site, location],
        ...values,
      ]);
      return rows.map(({ place_at, place_producer, place_sequence, ...report }) => ({
        report,
        place: { at: Number(place_at), producer: place_producer, sequence: Number(place_sequence) },
      }));
    });
  }

  async latency(
    { site, location }: SiteKey,
    { since, until, step, limit }: LatencyOptions,
  ): Promise<readonly LatencyPoint[]> {
    mustBeWithin("limit", limit, { min: 1, max: LATENCY_POINTS_MAX });
    const { byDay, byHour } = this.#statements;
    const values = [site, location, since.getTime(), until.getTime(), limit];
    return await this.#source.use(
      "read response times",
      (connection) => connection.query<LatencyPoint>(step === "day" ? byDay : byHour, values),
    );
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

/** Before the ids of all producers. */
const FIRST_PRODUCER = "00000000-0000-0000-0000-000000000000";

type ReportRow = HistoryReport & {
  readonly place_at: number;
  readonly place_producer: string;
  readonly place_sequence: number;
};

function micros(time: Date): number {
  return time.getTime() * 1_000;
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
