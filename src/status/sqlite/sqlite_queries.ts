/**
 * The query port on a file of the SQLite store, beside the process or thread that writes it.
 *
 * It needs to read the file, its `-wal` and its `-shm`; only after a crash of the writer that lost
 * the `-shm` alone, SQLite must write in the folder once. Calls block their thread.
 */
import { DAY_MS } from "../../runtime/time_units.ts";
import { DatabaseSync } from "node:sqlite";
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
import { storeFailure } from "./store_failure.ts";

/** `change@milliseconds`, as {@linkcode SqliteQueries.changesSince} writes it. */
const CURSOR = /^(\d{1,15})@(\d{1,15})$/;

type Parameters = Record<string, string | number>;

/** Opens the file at the first call, and anew after a failure. */
export class SqliteQueries implements StatusQueries {
  readonly #path: string;
  #db: DatabaseSync | undefined;

  constructor({ path }: { readonly path: string }) {
    this.#path = path;
  }

  statuses(): Promise<readonly SiteStatus[]> {
    return this.#use(() => this.#all(statements.STATUSES).map(statusOf));
  }

  uptimes(): Promise<readonly SiteUptime[]> {
    return this.#use(() => siteUptimes(this.#all(statements.UPTIMES) as unknown as UptimeRow[]));
  }

  async daily(sites: readonly SiteKey[], days: number): Promise<readonly SiteDays[]> {
    checkDaily(sites, days);
    return await this.#use(() => {
      const nowMs = Date.now();
      const rows = this.#all(statements.DAYS, {
        keys: JSON.stringify(sites.map(({ site, location }) => [site, location])),
        before_first_day: new Date(nowMs - days * DAY_MS).toISOString().slice(0, 10),
      });
      return siteDays(rows as unknown as DayRow[], { sites, days, nowMs });
    });
  }

  async history(key: SiteKey, options: HistoryOptions): Promise<SiteHistory | undefined> {
    checkHistory(options);
    return await this.#use(() => this.#history(key, options));
  }

  changesSince(cursor: string | undefined): Promise<Changes> {
    return this.#use(() => this.#changes(cursor));
  }

  close(): Promise<void> {
    this.#db?.close();
    this.#db = undefined;
    return Promise.resolve();
  }

  #history(
    { site, location }: SiteKey,
    { transitionDays, latencyDays }: HistoryOptions,
  ): SiteHistory | undefined {
    const key = { site, location };
    const [status] = this.#all(statements.STATUS, key).map(statusOf);
    if (status === undefined) return undefined;
    const nowMs = Date.now();
    const transitionsAfter = { ...key, after_micros: (nowMs - transitionDays * DAY_MS) * 1_000 };
    const latencyAfter = { ...key, after: new Date(nowMs - latencyDays * DAY_MS).toISOString() };
    return {
      status,
      transitions: this.#all(statements.TRANSITIONS, transitionsAfter).map(transitionOf),
      latency: this.#all(statements.LATENCY, latencyAfter).map(latencyOf),
      failures: this.#all(statements.FAILURES, key).map(reportOf),
      recent: this.#all(statements.RECENT, key).map(reportOf),
    };
  }

  /** The last change is read first, so that a later one comes twice rather than never. */
  #changes(text: string | undefined): Changes {
    const last = this.#all(statements.LAST_CHANGE)[0]!.number as number;
    const cursor = `${last}@${Date.now()}`;
    const [, change, sinceMs] = (CURSOR.exec(text ?? "") ?? []).map(Number);
    // A change of the future is that of another file, which was here before.
    if (change === undefined || sinceMs === undefined || change > last) {
      return { cursor, statuses: this.#all(statements.STATUSES).map(statusOf), removed: [] };
    }
    const since = new Date(sinceMs).toISOString();
    return {
      cursor,
      statuses: this.#all(statements.CHANGED, { change, since }).map(statusOf),
      removed: this.#all(statements.REMOVED, { change })
        .map(({ site, location }) => ({ site: site as string, location: location as string })),
    };
  }

  #all(statement: string, parameters: Parameters = {}): Row[] {
    return this.#db!.prepare(statement).all(parameters);
  }

  #use<T>(body: () => T): Promise<T> {
    return Promise.try(() => {
      try {
        this.#db ??= new DatabaseSync(this.#path, { readOnly: true });
        return body();
      } catch (error) {
        this.#db?.close();
        this.#db = undefined;
        throw storeFailure(error, this.#path);
      }
    });
  }
}
