/**
 * The query port on a file of the SQLite store, beside the process or thread that writes it.
 *
 * It needs to read the file, its `-wal` and its `-shm`; only after a crash of the writer that lost
 * the `-shm` alone, SQLite must write in the folder once. Calls block their thread.
 */
import { DAY_MS } from "../../runtime/time_units.ts";
import type {
  Changes,
  HistoryOptions,
  SiteDays,
  SiteHistory,
  SiteKey,
  SiteStatus,
  SiteUptime,
  StatusQueries,
} from "../queries.ts";
import { checkDaily, checkHistory } from "../read/query_bounds.ts";
import { type DayRow, siteDays } from "../read/site_days.ts";
import { siteUptimes, type UptimeRow } from "../read/site_uptimes.ts";
import { latencyOf, reportOf, type Row, statusOf, transitionOf } from "./query_rows.ts";
import * as statements from "./query_statements.ts";
import { StoreFile } from "./store_file.ts";

/** `change@milliseconds`, as {@linkcode SqliteQueries.changesSince} writes it. */
const CURSOR = /^(\d{1,15})@(\d{1,15})$/;

/** Runs a statement and returns its rows. */
type Select = (statement: string, parameters?: Record<string, string | number>) => Row[];

export class SqliteQueries implements StatusQueries {
  readonly #file: StoreFile;

  constructor({ path }: { readonly path: string }) {
    this.#file = new StoreFile(path, "read");
  }

  statuses(): Promise<readonly SiteStatus[]> {
    return this.#use((all) => all(statements.STATUSES).map(statusOf));
  }

  uptimes(): Promise<readonly SiteUptime[]> {
    return this.#use((all) => siteUptimes(all(statements.UPTIMES) as unknown as UptimeRow[]));
  }

  async daily(sites: readonly SiteKey[], days: number): Promise<readonly SiteDays[]> {
    checkDaily(sites, days);
    return await this.#use((all) => {
      const nowMs = Date.now();
      const rows = all(statements.DAYS, {
        keys: JSON.stringify(sites.map(({ site, location }) => [site, location])),
        before_first_day: new Date(nowMs - days * DAY_MS).toISOString().slice(0, 10),
      });
      return siteDays(rows as unknown as DayRow[], { sites, days, nowMs });
    });
  }

  async history(key: SiteKey, options: HistoryOptions): Promise<SiteHistory | undefined> {
    checkHistory(options);
    return await this.#use((all) => readHistory(all, key, options));
  }

  changesSince(cursor: string | undefined): Promise<Changes> {
    return this.#use((all) => readChanges(all, cursor));
  }

  close(): Promise<void> {
    this.#file.close();
    return Promise.resolve();
  }

  #use<T>(body: (all: Select) => T): Promise<T> {
    return this.#file.use((db) =>
      body((statement, parameters = {}) => db.prepare(statement).all(parameters))
    );
  }
}

function readHistory(
  all: Select,
  { site, location }: SiteKey,
  { transitionDays, latencyDays }: HistoryOptions,
): SiteHistory | undefined {
  const key = { site, location };
  const [status] = all(statements.STATUS, key).map(statusOf);
  if (status === undefined) return undefined;
  const nowMs = Date.now();
  const transitionsAfter = { ...key, after_micros: (nowMs - transitionDays * DAY_MS) * 1_000 };
  const latencyAfter = { ...key, after: new Date(nowMs - latencyDays * DAY_MS).toISOString() };
  return {
    status,
    transitions: all(statements.TRANSITIONS, transitionsAfter).map(transitionOf),
    latency: all(statements.LATENCY, latencyAfter).map(latencyOf),
    failures: all(statements.FAILURES, key).map(reportOf),
    recent: all(statements.RECENT, key).map(reportOf),
  };
}

/** The last change is read first, so that a later one comes twice rather than never. */
function readChanges(all: Select, text: string | undefined): Changes {
  const last = all(statements.LAST_CHANGE)[0]!.number as number;
  const cursor = `${last}@${Date.now()}`;
  const [, change, sinceMs] = (CURSOR.exec(text ?? "") ?? []).map(Number);
  // A change of the future is that of another file, which was here before.
  if (change === undefined || sinceMs === undefined || change > last) {
    return { cursor, statuses: all(statements.STATUSES).map(statusOf), removed: [] };
  }
  const since = new Date(sinceMs).toISOString();
  return {
    cursor,
    statuses: all(statements.CHANGED, { change, since }).map(statusOf),
    removed: all(statements.REMOVED, { change })
      .map(({ site, location }) => ({ site: site as string, location: location as string })),
  };
}
