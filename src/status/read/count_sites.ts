/** Counts the sites of a store by state, for as long as the process runs: how many are stale above all. */
import { STATES } from "../../report/site_state.ts";
import { type Clock, sleep } from "../../runtime/clock.ts";
import type { Telemetry } from "../../runtime/telemetry/telemetry.ts";
import type { StatusQueries } from "../queries.ts";

/** Prometheus looks about as often; 10,000 sites take the database some 10 ms. */
export const COUNT_INTERVAL_MS = 15_000;

export interface CountSitesOptions {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly signal: AbortSignal;
}

/** Resolves when the signal aborts. While the store does not answer the numbers are unknown: none is set. */
export async function countSites(
  queries: Pick<StatusQueries, "stateCounts">,
  { clock, telemetry, signal }: CountSitesOptions,
): Promise<void> {
  while (!signal.aborted) {
    // Whoever applies reports to the store says why it does not answer.
    const counts = await queries.stateCounts().catch(() => undefined);
    for (const state of STATES) telemetry.set("sitemon_sites", counts?.[state] ?? NaN, { state });
    await sleep(clock, COUNT_INTERVAL_MS, signal);
  }
}
