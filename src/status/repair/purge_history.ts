/** Runs a store's upkeep for as long as the process lives. */
import { type Clock, sleep } from "../../runtime/clock.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import type { LetGo, StatusUpkeep } from "../upkeep.ts";

/** A day of reports ends once a day; an hour later at most it is gone. */
export const UPKEEP_INTERVAL_MS = 3_600_000;
/** After a failure, such as a reader that held a partition for too long. */
export const UPKEEP_RETRY_MS = 300_000;

const log = logger("store");

export interface KeepHistoryOptions {
  /** How long reports are kept. */
  readonly keepMs: number;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly signal: AbortSignal;
}

/** Resolves when the signal aborts. A failure is logged and counted; reports are applied all the same. */
export async function keepHistory(
  upkeep: StatusUpkeep,
  { keepMs, clock, telemetry, signal }: KeepHistoryOptions,
): Promise<void> {
  while (!signal.aborted) {
    const isDone = await runOnce(upkeep, { keepMs, clock, telemetry, signal });
    await sleep(clock, isDone ? UPKEEP_INTERVAL_MS : UPKEEP_RETRY_MS, signal);
  }
}

async function runOnce(
  upkeep: StatusUpkeep,
  { keepMs, telemetry, signal }: KeepHistoryOptions,
): Promise<boolean> {
  try {
    await upkeep.prepare(keepMs);
    const letGo = await upkeep.letGo(signal);
    telemetry.count("sitemon_history_purge_runs_total", { result: letGo ? "done" : "busy" });
    if (letGo) tell(letGo, telemetry);
    return true;
  } catch (error) {
    if (signal.aborted) return true;
    telemetry.count("sitemon_history_purge_runs_total", { result: "failed" });
    log.warn("{detail}", { detail: error instanceof Error ? error.message : String(error) });
    return false;
  }
}

function tell(letGo: LetGo, telemetry: Telemetry): void {
  for (const [what, count] of Object.entries(letGo)) {
    if (count > 0) telemetry.count("sitemon_history_purged_total", { what }, count);
  }
  if (letGo.reports + letGo.transitions + letGo.rollups === 0) return;
  log.info(
    "Let go of old history: {reports} of reports, {transitions} of transitions, " +
      "{rollups} of rollups",
    { ...letGo },
  );
}
