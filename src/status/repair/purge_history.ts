/** Purges the expired history of a store, for as long as the process runs. */
import { type Clock, sleep } from "../../runtime/clock.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import type { Purged, StatusMaintenance } from "../maintenance.ts";

/** The horizon moves once a day; what is before it is purged within an hour. */
export const MAINTENANCE_INTERVAL_MS = 3_600_000;
/** After a failure, such as a reader that kept a partition in use for too long. */
export const MAINTENANCE_RETRY_MS = 300_000;

const log = logger("store");

export interface PurgeHistoryOptions {
  /** How long reports are kept. */
  readonly retentionMs: number;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly signal: AbortSignal;
}

/** Resolves when the signal aborts. A failure is logged and counted; reports are applied anyway. */
export async function purgeHistory(
  maintenance: StatusMaintenance,
  options: PurgeHistoryOptions,
): Promise<void> {
  const { clock, signal } = options;
  while (!signal.aborted) {
    const isDone = await runOnce(maintenance, options);
    await sleep(clock, isDone ? MAINTENANCE_INTERVAL_MS : MAINTENANCE_RETRY_MS, signal);
  }
}

async function runOnce(
  maintenance: StatusMaintenance,
  { retentionMs, telemetry, signal }: PurgeHistoryOptions,
): Promise<boolean> {
  try {
    await maintenance.prepare(retentionMs);
    const purged = await maintenance.purge(signal);
    telemetry.count("sitemon_maintenance_runs_total", { result: purged ? "done" : "busy" });
    if (purged) report(purged, telemetry);
    return true;
  } catch (error) {
    if (signal.aborted) return true;
    telemetry.count("sitemon_maintenance_runs_total", { result: "failed" });
    log.warn("{detail}", { detail: error instanceof Error ? error.message : String(error) });
    return false;
  }
}

function report(purged: Purged, telemetry: Telemetry): void {
  for (const [what, count] of Object.entries(purged)) {
    if (count > 0) telemetry.count("sitemon_history_purged_total", { what }, count);
  }
  if (purged.reports + purged.transitions + purged.rollups === 0) return;
  log.info(
    "purged expired history: reports {reports}, transitions {transitions}, rollups {rollups}",
    { ...purged },
  );
}
