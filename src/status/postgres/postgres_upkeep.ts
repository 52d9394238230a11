/** The upkeep port in PostgreSQL, on connections of its own: reports are applied meanwhile. */
import type { SiteKey } from "../queries.ts";
import { type LetGo, ROLLUPS_KEEP_MS, type StatusUpkeep } from "../upkeep.ts";
import type { Connection } from "./connection/connection.ts";
import { dropPartitions } from "./drop_partitions.ts";
import { makePartitionsAhead } from "./partitions.ts";
import type { PostgresOptions } from "./connection/postgres_options.ts";
import { NOW } from "./query_statements.ts";
import { Session } from "./connection/session.ts";
import type { Statement } from "./connection/statement.ts";
import {
  DELETE_DAYS,
  DELETE_HOURS,
  DELETE_ROWS_MAX,
  DELETE_TRANSITIONS,
  FORGET,
  MOVE_HORIZON,
  TRY_LOCK,
} from "./upkeep_statements.ts";

/** Reports may be dated a day ahead; a weekend without any upkeep must not make them wait either. */
export const DAYS_AHEAD = 3;

/**
 * For each statement. While DETACH CONCURRENTLY waits for a reader, a late report whose day has no
 * partition yet waits too, and it should not wait for longer than its own statement may take.
 */
const STATEMENT_TIMEOUT_MS = 20_000;

export class PostgresUpkeep implements StatusUpkeep {
  readonly #session: Session;

  constructor({ connection }: { readonly connection: PostgresOptions }) {
    this.#session = new Session(connection);
  }

  prepare(keepMs: number): Promise<void> {
    return this.#use("prepare the history", async (connection) => {
      await connection.query(MOVE_HORIZON, [keepMs]);
      const [now] = await connection.query<{ now_ms: number }>(NOW);
      await makePartitionsAhead(connection, { nowMs: now!.now_ms, days: DAYS_AHEAD });
    });
  }

  letGo(signal: AbortSignal): Promise<LetGo | undefined> {
    return this.#use("let go of old history", async (connection) => {
      const [lock] = await connection.query<{ is_mine: boolean }>(TRY_LOCK);
      if (!lock!.is_mine) return undefined;
      // Who stops must not wait for a reader; the server goes on by itself.
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
    const [gone] = await connection.query<{ count: number }>(statement, [ROLLUPS_KEEP_MS]);
    deleted += gone!.count;
    if (gone!.count < DELETE_ROWS_MAX) break;
  }
  return deleted;
}
