/** Maintenance of the store in PostgreSQL, on its own connections: reports are applied meanwhile. */
import type { SiteKey } from "../queries.ts";
import { type Purged, ROLLUPS_RETENTION_MS, type StatusMaintenance } from "../maintenance.ts";
import type { Connection } from "./connection/connection.ts";
import type { Statement } from "../sql/sql_source.ts";
import { dropPartitions, makePartitionsAhead, PURGE_LOCK } from "./partitions.ts";
import type { PostgresOptions } from "./connection/postgres_options.ts";
import { Session } from "./connection/session.ts";

/** Reports may be dated a day ahead, and a weekend without maintenance must not delay them either. */
export const DAYS_AHEAD = 3;

/**
 * For each statement. While DETACH CONCURRENTLY waits for a reader, a late report whose day has no
 * partition yet waits too, and it should not wait for longer than its own statement may take.
 */
const STATEMENT_TIMEOUT_MS = 20_000;

/** Waits for the transactions that apply reports by the old horizon; later ones see the new. */
const MOVE_HORIZON: Statement = {
  name: "maintenance_horizon",
  text: `UPDATE history_horizon h SET not_before = k.not_before
  FROM (SELECT date_trunc('day', now() - $1::float8 * interval '1 millisecond', 'UTC')
    AS not_before) AS k
  WHERE h.not_before < k.not_before`,
};

export const NOW: Statement = {
  name: "query_now",
  text: "SELECT (extract(epoch FROM now()) * 1000)::float8 AS now_ms",
};

/** Held by the connection until it closes. */
const TRY_LOCK: Statement = {
  name: "maintenance_lock",
  text: `SELECT pg_try_advisory_lock(${PURGE_LOCK}) AS is_mine`,
};

/** Never later than the horizon, so that no report can come for what is deleted. */
const BEFORE = `least(now() - $1::float8 * interval '1 millisecond',
  (SELECT not_before FROM history_horizon))`;

/** Rows that one statement deletes at most: their locks and their WAL stay small. */
const DELETE_ROWS_MAX = 10_000;

/** Site by site, since the keys of these tables begin with the site. */
function deletion(name: string, table: string, isOld: string): Statement {
  return {
    name,
    text: `WITH gone AS (
      DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
        SELECT t.ctid FROM site_status s CROSS JOIN LATERAL (
          SELECT ctid FROM ${table} r
          WHERE r.site = s.site AND r.location = s.location AND ${isOld}) AS t
        LIMIT ${DELETE_ROWS_MAX}))
      RETURNING 1)
    SELECT count(*) FROM gone`,
  };
}

/** `$1`: milliseconds to keep. All of them. */
const DELETE_HOURS = deletion(
  "maintenance_hours",
  "site_hour",
  `r.hour < date_trunc('day', ${BEFORE}, 'UTC')`,
);
const DELETE_DAYS = deletion(
  "maintenance_days",
  "site_day",
  `r.day < (${BEFORE} AT TIME ZONE 'UTC')::date`,
);
/** The newest of the old ones stays: its outcome is still in force after it. */
const DELETE_TRANSITIONS = deletion(
  "maintenance_transitions",
  "site_transition",
  `r.order_at < ${BEFORE}
          ORDER BY r.order_at DESC, r.producer_id DESC, r.sequence DESC OFFSET 1`,
);

/** The oldest, whose key does not begin with the site. */
function deletionOfOldest(name: string, table: string, column: string): Statement {
  return {
    name,
    text: `WITH gone AS (
      DELETE FROM ${table} WHERE id IN (
        SELECT id FROM ${table} WHERE ${column} < ${BEFORE}
        ORDER BY ${column} LIMIT ${DELETE_ROWS_MAX})
      RETURNING 1)
    SELECT count(*) FROM gone`,
  };
}

/** `$1` as above. Messages go with their alert. */
const DELETE_ALERTS = deletionOfOldest("maintenance_alerts", "alert", "ended_at");
const DELETE_MUTES = deletionOfOldest("maintenance_mutes", "mute", "ends_at");

/** `$1`: the site; `$2`: one location, or null for all. Later than any report of a clock ahead. */
const FORGET: Statement = {
  name: "maintenance_forget",
  text: `UPDATE site_status
  SET removed_at = greatest(now(), order_at), changed_in = pg_current_xact_id()
  WHERE site = $1 AND ($2::text IS NULL OR location = $2) AND NOT is_removed
  RETURNING site, location`,
};

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
      if (!await tryLock(connection)) return undefined;
      // A process that stops must not wait for a reader; the server continues without it.
      signal.addEventListener("abort", () => connection.destroy(), { once: true });
      const reports = await dropPartitions(connection, signal);
      const transitions = await deleteAll(connection, DELETE_TRANSITIONS, signal);
      const hours = await deleteAll(connection, DELETE_HOURS, signal);
      const days = await deleteAll(connection, DELETE_DAYS, signal);
      const alerts = await deleteAll(connection, DELETE_ALERTS, signal);
      const mutes = await deleteAll(connection, DELETE_MUTES, signal);
      return { reports, transitions, rollups: hours + days, alerts: alerts + mutes };
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

/**
 * Keeps others from purging at the same time. A pooler would hand the session, and the lock with it,
 * to somebody else: there, each step that drops a day asks for it, and others wait for each other.
 */
async function tryLock(connection: Connection): Promise<boolean> {
  if (connection.isPooled) return true;
  const [lock] = await connection.query<{ is_mine: boolean }>(TRY_LOCK);
  return lock!.is_mine;
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
