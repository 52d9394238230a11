/** Migrates a store at the start of a thread, however long the store is away. */
import { backoffMs, CONFIGURATION_RETRY_MS } from "../../runtime/backoff.ts";
import { type Clock, sleep } from "../../runtime/clock.ts";
import { logger } from "../../runtime/telemetry/logging.ts";
import { MinuteLimit } from "../../runtime/telemetry/minute_limit.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import { type StatusStore, StoreConfigurationError, StoreUnavailableError } from "../store.ts";

/** Half of it is the shortest wait, so that a database that is down gets one try a second. */
const RETRY = { minMs: 2_000, maxMs: 5_000 };

export interface MigrateOptions {
  /** What the store stands for in readiness. */
  readonly dependency: "postgres" | "store";
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly signal: AbortSignal;
}

/**
 * Resolves to true when the store is at this version, to false when the signal aborted first. A
 * store that is down or refuses is asked again; any other error is rethrown.
 */
export async function migrateWhenPossible(
  store: Pick<StatusStore, "migrate">,
  options: MigrateOptions,
): Promise<boolean> {
  const { clock, signal } = options;
  const limit = new MinuteLimit(clock);
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      await store.migrate();
      options.telemetry.dependency(options.dependency, { ok: true });
      return true;
    } catch (error) {
      await sleep(clock, waitAfter(error, { attempt, limit, options }), signal);
    }
  }
  return false;
}

function waitAfter(
  error: unknown,
  { attempt, limit, options }: { attempt: number; limit: MinuteLimit; options: MigrateOptions },
): number {
  const isConfiguration = error instanceof StoreConfigurationError;
  if (!isConfiguration && !(error instanceof StoreUnavailableError)) throw error;
  const reason = isConfiguration ? "configuration" : "unavailable";
  const detail = error.message;
  options.telemetry.dependency(options.dependency, { ok: false, reason, detail });
  if (limit.allows(reason)) logger("store").warn("{detail}", { detail, reason });
  return isConfiguration ? CONFIGURATION_RETRY_MS : backoffMs(attempt, RETRY);
}
