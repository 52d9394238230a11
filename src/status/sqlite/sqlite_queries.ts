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
import { SELECT_STATUSES, SELECT_UPTIMES } from "../read/query_columns.ts";
import { checkDaily, checkHistory } from "../read/query_bounds.ts";
import { type DayRow, siteDays } from "../read/site_days.ts";
import { siteUptimes, type UptimeRow } from "../read/site_uptimes.ts";
import { valuesOf } from "./query_rows.ts";
import * as statements from "./query_statements.ts";
import { StoreFile } from "./store_file.ts";

/** `change@milliseconds`, as {@linkcode SqliteQueries.changesSince} writes it. */
const CURSOR = /^(\d{1,15})@(\d{1,15})$/;

/** Runs a statement and returns its rows. */
type Select = <Row>(statement: string, parameters?: Record<string, string | number>) => Row[];

export class SqliteQueries implements StatusQueries {
  readonly #file: StoreFile;

  constructor({ path }: { readonly path: string }) {
    this.#file = new StoreFile(path, "read");
  }

  statuses(): Promise<readonly SiteStatus[]> {
    return this.#use((all) => all<SiteStatus>(SELECT_STATUSES));
  }

  uptimes(): Promise<readonly SiteUptime[]> {
    return this.#use((all) => siteUptimes(all<UptimeRow>(SELECT_UPTIMES)));
  }

  async daily(sites: readonly SiteKey[], days: number): Promise<readonly SiteDays[]> {
    checkDaily(sites, days);
    return await this.#use((all) => {
      const nowMs = Date.now();
      const rows = all<DayRow>(statements.DAYS, {
        keys: JSON.stringify(sites.map(({ site, location }) => [site, location])),
        before_first_day: new Date(nowMs - days * DAY_MS).toISOString().slice(0, 10),
      });
      return siteDays(rows, { sites, days, nowMs });
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
      body(<Row>(statement: string, parameters = {}) =>
        db.prepare(statement).all(parameters).map((row) => valuesOf<Row>(row))
      )
    );
  }
}

function readHistory(
  all: Select,
  { site, location }: SiteKey,
  { transitionDays, latencyDays }: HistoryOptions,
): SiteHistory | undefined {
  const key = { site, location };
  const [status] = all<SiteStatus>(statements.STATUS, key);
  if (status === undefined) return undefined;
  const nowMs = Date.now();
  const transitionsAfter = { ...key, after_micros: (nowMs - transitionDays * DAY_MS) * 1_000 };
  const latencyAfter = { ...key, after: new Date(nowMs - latencyDays * DAY_MS).toISOString() };
  return {
    status,
    transitions: all(statements.TRANSITIONS, transitionsAfter),
    latency: all(statements.LATENCY, latencyAfter),
    failures: all(statements.FAILURES, key),
    recent: all(statements.RECENT, key),
  };
}

/** The last change is read first, so that a later one comes twice rather than never. */
function readChanges(all: Select, text: string | undefined): Changes {
  const last = all<{ number: number }>(statements.LAST_CHANGE)[0]!.number;
  const cursor = `${last}@${Date.now()}`;
  const [, change, sinceMs] = (CURSOR.exec(text ?? "") ?? []).map(Number);
  // A change of the future is that of another file, which was here before.
  if (change === undefined || sinceMs === undefined || change > last) {
    return { cursor, statuses: all<SiteStatus>(SELECT_STATUSES), removed: [] };
  }
  const since = new Date(sinceMs).toISOString();
  return {
    cursor,
    statuses: all(statements.CHANGED, { change, since }),
    removed: all(statements.REMOVED, { change }),
  };
}
