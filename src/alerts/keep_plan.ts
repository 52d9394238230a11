/** Keeps the configured windows of planned work in the store, ahead of time. */
import type { MaintenancePlan } from "../config/alerts.ts";
import { type Clock, sleep } from "../runtime/clock.ts";
import { HOUR_MS } from "../runtime/time_units.ts";
import type { AlertRecords } from "../status/alert_store.ts";
import { isStoreError, type StoreError } from "../status/store.ts";
import { plannedWindows } from "./planned_windows.ts";

/** Windows are rows for days ahead: an hour late, none is missing. */
export const PLAN_EVERY_MS = HOUR_MS;
/** Between tries of a store that does not answer. */
const STORE_RETRY_MS = 2_000;

export interface KeepPlanOptions {
  readonly records: Pick<AlertRecords, "putPlan">;
  readonly plans: readonly MaintenancePlan[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told of errors of the store, and `undefined` when it answers. */
  readonly onStore: (error: StoreError | undefined) => void;
}

/** Resolves when the signal aborts; rejects with an error that is no store's. */
export async function keepPlan(options: KeepPlanOptions): Promise<void> {
  const { records, plans, clock, signal, onStore } = options;
  while (!signal.aborted) {
    let waitMs = PLAN_EVERY_MS;
    try {
      await records.putPlan(plannedWindows(plans, new Date(clock.nowMicros() / 1_000)));
      onStore(undefined);
    } catch (error) {
      if (!isStoreError(error)) throw error;
      onStore(error);
      waitMs = STORE_RETRY_MS;
    }
    await sleep(clock, waitMs, signal);
  }
}
