/** The query port in PostgreSQL. It needs the right to read, on a primary or a standby. */
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import type {
  Changes,
  HistoryOptions,
  HistoryReport,
  LatencyPoint,
  SiteDays,
  SiteHistory,
  SiteKey,
  SiteStatus,
  SiteUptime,
  StatusQueries,
  Transition,
} from "../queries.ts";
import { checkDaily, checkHistory } from "../read/query_bounds.ts";
import { type DayRow, siteDays } from "../read/site_days.ts";
import { siteUptimes, type UptimeRow } from "../read/site_uptimes.ts";
import { currentCursor, formatCursor, parseCursor } from "./change_cursor.ts";
import type { Connection } from "./connection/connection.ts";
import type { PostgresOptions } from "./connection/postgres_options.ts";
import * as statements from "./query_statements.ts";
import { Session } from "./connection/session.ts";

export interface PostgresQueriesOptions {
  readonly connection: PostgresOptions;
  /** Is told whether PostgreSQL can be used. */
  readonly telemetry?: Telemetry;
}

export class PostgresQueries implements StatusQueries {
  readonly #session: Session;

  constructor({ connection, telemetry }: PostgresQueriesOptions) {
    this.#session = new Session(connection, telemetry);
  }

  statuses(): Promise<readonly SiteStatus[]> {
    return this.#session.use(
      "read statuses",
      (connection) => connection.query<SiteStatus>(statements.STATUSES),
    );
  }

  uptimes(): Promise<readonly SiteUptime[]> {
    return this.#session.use(
      "read uptimes",
      async (connection) => siteUptimes(await connection.query<UptimeRow>(statements.UPTIMES)),
    );
  }

  async daily(sites: readonly SiteKey[], days: number): Promise<readonly SiteDays[]> {
    checkDaily(sites, days);
    return await this.#session.use("read days", async (connection) => {
      const [now] = await connection.query<{ now_ms: number }>(statements.NOW);
      const keys = [sites.map(({ site }) => site), sites.map(({ location }) => location)];
      const rows = await connection.query<DayRow>(statements.DAYS, [...keys, days]);
      return siteDays(rows, { sites, days, nowMs: now!.now_ms });
    });
  }

  async history(site: SiteKey, options: HistoryOptions): Promise<SiteHistory | undefined> {
    checkHistory(options);
    return await this.#session.use(
      "read the history of a site",
      (connection) => readHistory(connection, site, options),
    );
  }

  changesSince(cursor: string | undefined): Promise<Changes> {
    return this.#session.use("read changes", (connection) => readChanges(connection, cursor));
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

async function readHistory(
  connection: Connection,
  { site, location }: SiteKey,
  { transitionDays, latencyDays }: HistoryOptions,
): Promise<SiteHistory | undefined> {
  const key = [site, location];
  const [status] = await connection.query<SiteStatus>(statements.STATUS, key);
  if (status === undefined) return undefined;
  return {
    status,
    transitions: await connection.query<Transition>(statements.TRANSITIONS, [
      ...key,
      transitionDays,
    ]),
    latency: await connection.query<LatencyPoint>(statements.LATENCY, [...key, latencyDays]),
    failures: await connection.query<HistoryReport>(statements.FAILURES, key),
    recent: await connection.query<HistoryReport>(statements.RECENT, key),
  };
}

/** The cursor is taken first, so that what is committed meanwhile comes twice rather than never. */
async function readChanges(connection: Connection, text: string | undefined): Promise<Changes> {
  const since = await parseCursor(connection, text);
  const cursor = formatCursor(await currentCursor(connection));
  if (since === undefined) {
    const all = await connection.query<SiteStatus>(statements.STATUSES);
    return { cursor, statuses: all, removed: [] };
  }
  const { snapshot, micros } = since;
  return {
    cursor,
    statuses: await connection.query<SiteStatus>(statements.CHANGED, [snapshot, micros]),
    removed: await connection.query<SiteKey>(statements.REMOVED, [snapshot]),
  };
}
