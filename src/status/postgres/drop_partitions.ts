/** Lets partitions of site_report go, without a moment in which readers or writers have to wait. */
import type { Connection } from "./connection/connection.ts";
import { LET_GO_MARK, OLD_PARTITIONS } from "./upkeep_statements.ts";

/** For a lock on one old partition: who reads it makes the upkeep come again later. */
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
 * happens in between, no report comes for these days any more, and the next upkeep goes on here.
 *
 * It waits for transactions that may still read a day, at most for the statement's time; the day
 * then stays detached by half, which hinders nobody, until the next upkeep.
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
    await connection.execute(`COMMENT ON TABLE ${name} IS '${LET_GO_MARK}'`);
    await connection.execute(`ALTER TABLE site_report DETACH PARTITION ${name} CONCURRENTLY`);
  }
  await connection.execute(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await connection.execute(`DROP TABLE ${name}`);
  await connection.execute("RESET lock_timeout");
}
