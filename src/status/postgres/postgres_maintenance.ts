/** Maintenance of the store in PostgreSQL, on its own connections: reports are applied meanwhile. */
import type { SiteKey } from "../queries.ts";
import { type Purged, ROLLUPS_RETENTION_MS, type StatusMaintenance } from "../maintenance.ts";
import type { Connection } from "./connection/connection.ts";
import type { Statement } from "../sql/sql_source.ts";

import { dropPartitions, makePartitionsAhead } from "./partitions.ts";
import type { PostgresOptions } from "./connection/postgres_options.ts";
import { Session } from "./connection/session.ts";
import {
  DELETE_DAYS,
  DELETE_HOURS,
  DELETE_ROWS_MAX,
  DELETE_TRANSITIONS,
  FORGET,
  MOVE_HORIZON,
  NOW,
  TRY_LOCK,
} from "./maintenance_statements.ts";

/** Reports may be dated a day ahead, and a weekend without maintenance must not delay them either. */
export const DAYS_AHEAD = 3;

/**
 * For each statement. While DETACH CONCURRENTLY waits for a reader, a late report whose day has no
 * partition yet waits too, and it should not wait for longer than its own statement may take.
 */
const STATEMENT_TIMEOUT_MS = 20_000;

export class PostgresMaintenance implements StatusMaintenance {
  readonly #session: Session;

  constructor({ connection }: { readonly connection: PostgresOptions }) {
    this.#session = new Session(connection);
  }

  prepare(retentionMs: number): Promise<void> {
    return this.#use("prepare the history", async (connection) => {
      await connection.query(MOVE_HORIZON, [retentionMs]);
      const [now] = await connection.query<{ now_ms: number }>(NOW);
      await makePartitionsAhead(connection, { nowMs: now!.now_ms, days: DAYS_AHEAD });
    });
  }

  purge(signal: AbortSignal): Promise<Purged | undefined> {
    return this.#use("purge expired history", async (connection) => {
      const [lock] = await connection.query<{ is_mine: boolean }>(TRY_LOCK);
      if (!lock!.is_mine) return undefined;
      // A process that stops must not wait for a reader; the server continues without it.
      signal.addEventListener("abort", () => connection.destroy(), { once: true });
      const reports = await dropPartitions(connection, signal);
      const transitions = await deleteAll(connection, DELETE_TRANSITIONS, signal);
      const hours = await deleteAll(connection, DELETE_HOURS, signal);
      const days = await deleteAll(connection, DELETE_DAYS, signal);
      return { reports, transitions, rollups: hours + days };
    });
  }

  forget(site: string, location?: string): Promise<readonly SiteKey[]> {
    return this.#use(
      "forget a site",
      (connection) => connection.query<SiteKey>(FORGET, [site, location ?? null]),
    );
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  #use<T>(action: string, work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#session.useAlone(action, STATEMENT_TIMEOUT_MS, work);
  }
}

/** Part by part, so that no statement takes long. */
async function deleteAll(
  connection: Connection,
  statement: Statement,
  signal: AbortSignal,
): Promise<number> {
  let deleted = 0;
  while (!signal.aborted) {
    const [gone] = await connection.query<{ count: number }>(statement, [ROLLUPS_RETENTION_MS]);
    deleted += gone!.count;
    if (gone!.count < DELETE_ROWS_MAX) break;
  }
  return deleted;
}
