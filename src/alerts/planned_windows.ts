/** Keeps the windows of planned work in the store, ahead of time. */
import { v5 as uuidOf } from "uuid";
import type { MaintenancePlan } from "../config/alerts.ts";
import { parseCron } from "../runtime/calendar/cron.ts";
import { instantsBetween } from "../runtime/calendar/recurrence.ts";
import { parseRrule } from "../runtime/calendar/rrule.ts";
import { DAY_MS, HOUR_MS } from "../runtime/time_units.ts";
import type { AlertRecords, Mute } from "../status/alert_store.ts";
import { repeat, type RepeatOptions } from "./repeat.ts";

/** Windows are rows for days ahead: an hour late, none is missing. */
export const PLAN_EVERY_MS = HOUR_MS;

/** How far ahead windows are rows: what a page announces. */
export const PLANNED_AHEAD_MS = 30 * DAY_MS;
/** Windows of one plan that are rows at once: one an hour. Later ones follow when these have begun. */
export const WINDOWS_MAX = 720;

const NAMESPACE = "6f1c7f0e-3d0e-4d55-9d2a-6c1f9b0a5e21";

export interface KeepPlanOptions extends RepeatOptions {
  readonly records: Pick<AlertRecords, "putPlan">;
  readonly plans: readonly MaintenancePlan[];
}

/** Resolves when the signal aborts; rejects with an error that is no store's. */
export function keepPlan({ records, plans, ...options }: KeepPlanOptions): Promise<void> {
  return repeat(options, async () => {
    await records.putPlan(plannedWindows(plans, new Date(options.clock.nowMicros() / 1_000)));
    return PLAN_EVERY_MS;
  });
}

/** The windows that last at `now` or begin within {@linkcode PLANNED_AHEAD_MS}. */
export function plannedWindows(plans: readonly MaintenancePlan[], now: Date): Mute[] {
  return plans.flatMap((plan) =>
    windowsOf(plan, now.getTime()).map(({ from, until }): Mute => ({
      // The same work at the same time is the same window, whoever computes it.
      id: uuidOf(`maintenance ${plan.name} ${from.toISOString()}`, NAMESPACE),
      kind: "maintenance",
      from,
      until,
      names: plan.sites?.names ?? null,
      labels: plan.sites?.labels ?? null,
      author: "configuration",
      reason: plan.name,
      is_configured: true,
    }))
  );
}

function windowsOf({ at }: MaintenancePlan, nowMs: number): { from: Date; until: Date }[] {
  const lastMs = nowMs + PLANNED_AHEAD_MS;
  if ("from" in at) {
    const isNear = at.to.getTime() > nowMs && at.from.getTime() <= lastMs;
    return isNear ? [{ from: at.from, until: at.to }] : [];
  }
  const recurrence = "cron" in at
    ? parseCron(at.cron)
    : parseRrule(at.rrule, Temporal.PlainDateTime.from(at.start));
  if (recurrence === undefined) throw new RangeError("the plan is not of a valid configuration");
  const first = Temporal.Instant.fromEpochMilliseconds(nowMs - at.durationMs);
  const last = Temporal.Instant.fromEpochMilliseconds(lastMs);
  return instantsBetween(recurrence, at.zone, first, last)
    .map(({ epochMilliseconds: fromMs }) => ({
      from: new Date(fromMs),
      until: new Date(fromMs + at.durationMs),
    }))
    .filter(({ until }) => until.getTime() > nowMs)
    .take(WINDOWS_MAX).toArray();
}
