/** Drops expired partitions of site_report without making readers or writers wait. */
import type { Connection } from "./connection/connection.ts";
import { OLD_PARTITIONS, PURGE_MARK } from "./maintenance_statements.ts";

/** For a lock on one old partition: while somebody reads it, a later run drops it. */
const LOCK_TIMEOUT_MS = 5_000;

interface OldPartition {
  readonly name: string;
  readonly isAttached: boolean;
  /** DETACH CONCURRENTLY was begun and not ended. */
  readonly isPending: boolean;
}

/**
 * Drops the days before the horizon, one by one, and resolves to how many. The horizon was moved
 * before, in a transaction of its own, because DETACH CONCURRENTLY cannot be in one: whatever
 * happens in between, no report is stored for these days any more, and the next run continues here.
 *
 * It waits for transactions that may still read a day, at most for the statement's time; the day
 * then stays partly detached, which blocks nobody, until the next run.
 */
export async function dropPartitions(connection: Connection, signal: AbortSignal): Promise<number> {
  const partitions = await connection.query<OldPartition>(OLD_PARTITIONS);
  let dropped = 0;
  for (const partition of partitions) {
    if (signal.aborted) break;
    await dropPartition(connection, partition);
    dropped++;
  }
  return dropped;
}

async function dropPartition(
  connection: Connection,
  { name, isAttached, isPending }: OldPartition,
): Promise<void> {
  if (isPending) {
    await connection.execute(`ALTER TABLE site_report DETACH PARTITION ${name} FINALIZE`);
  } else if (isAttached) {
    await connection.execute(`COMMENT ON TABLE ${name} IS '${PURGE_MARK}'`);
    await connection.execute(`ALTER TABLE site_report DETACH PARTITION ${name} CONCURRENTLY`);
  }
  await connection.execute(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await connection.execute(`DROP TABLE ${name}`);
  await connection.execute("RESET lock_timeout");
}
