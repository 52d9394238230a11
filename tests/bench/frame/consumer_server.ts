/** The process of PostgreSQL that applies what a consumer reads, and what to do when it ends. */
import { Client } from "pg";
import type { PostgresAddress } from "../../services/postgres.ts";

const TRIES_MAX = 3;

/** Its pid. Rejects with `Deno.errors.NotFound` while the consumer has no connection. */
export async function consumerServer({ url }: PostgresAddress): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'sitemon'
       ORDER BY xact_start IS NULL, state_change DESC LIMIT 1`,
    );
    if (rows[0] !== undefined) return rows[0].pid;
    throw new Deno.errors.NotFound("the consumer has no connection to PostgreSQL");
  } finally {
    await client.end();
  }
}

/**
 * Measures again when the server's process ended meanwhile, and with it the account of its CPU: on
 * a busy machine a consumer may find its server silent, and go to another process of it.
 */
export async function whileServerLasts<T>(measure: () => Promise<T>): Promise<T> {
  for (let tries = 1;; tries++) {
    try {
      return await measure();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound) || tries === TRIES_MAX) throw error;
    }
  }
}
