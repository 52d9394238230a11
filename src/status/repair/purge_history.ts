/** Purges the expired history of a store, for as long as the process runs. */
import { type Clock, sleep } from "../../runtime/clock.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import { countFromZero, type Telemetry } from "../../runtime/telemetry/telemetry.ts";
import type { Purged, StatusMaintenance } from "../maintenance.ts";

/** The horizon moves once a day; what is before it is purged within an hour. */
export const MAINTENANCE_INTERVAL_MS = 3_600_000;
/** After a failure, such as a reader that kept a partition in use for too long. */
export const MAINTENANCE_RETRY_MS = 300_000;

const RUNS = "sitemon_maintenance_runs_total";
/** How an attempt to purge ended. */
const RESULTS = ["done", "busy", "failed"] as const;
const PURGED = "sitemon_history_purged_total";
const KINDS = ["reports", "transitions", "rollups", "alerts"] as const satisfies readonly (
  keyof Purged
)[];

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
  const { clock, telemetry, signal } = options;
  countFromZero(telemetry, RUNS, RESULTS.map((result) => ({ result })));
  countFromZero(telemetry, PURGED, KINDS.map((what) => ({ what })));
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
    countRun(purged ? "done" : "busy", telemetry);
    if (purged) report(purged, telemetry);
    return true;
  } catch (error) {
    if (signal.aborted) return true;
    countRun("failed", telemetry);
    log.warn("{detail}", { detail: error instanceof Error ? error.message : String(error) });
    return false;
  }
}

function countRun(result: (typeof RESULTS)[number], telemetry: Telemetry): void {
  telemetry.count(RUNS, { result });
}

function report(purged: Purged, telemetry: Telemetry): void {
  for (const what of KINDS) {
    if (purged[what] > 0) telemetry.count(PURGED, { what }, purged[what]);
  }
  if (KINDS.every((what) => purged[what] === 0)) return;
  log.info(
    "purged expired history: reports {reports}, transitions {transitions}, rollups {rollups}, " +
      "alerts {alerts}",
    { ...purged },
  );
}
