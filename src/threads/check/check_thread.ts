/** A thread for `sitemon check`: checks each of its sites once, and answers with their reports. */
import type { Site } from "../../config/site.ts";
import { systemClock } from "../../runtime/clock.ts";
import { serveTask } from "../../runtime/threads/thread.ts";
import { VERSION } from "../../runtime/version.ts";
import { checkContext, type CheckTargets } from "../../scanner/check_context.ts";
import { checkSite } from "../../scanner/check.ts";

export interface CheckSetup extends CheckTargets {
  readonly sites: readonly Site[];
  readonly location: string;
  /** Checks that run at once. */
  readonly concurrency: number;
}

serveTask<CheckSetup>(async (setup, { telemetry, result, signal }) => {
  const context = checkContext({ ...setup, version: VERSION, clock: systemClock, telemetry });
  const remaining = setup.sites.values();
  const work = async () => {
    for (const site of remaining) result(await checkSite(site, context, signal));
  };
  const workers = Math.min(setup.concurrency, setup.sites.length);
  await Promise.all(Array.from({ length: workers }, work));
}, "continue");
