/** The schema of `maintenance`: planned work. */
import * as z from "zod";
import { parseCron } from "../../../runtime/calendar/cron.ts";
import { isTimeZone } from "../../../runtime/calendar/recurrence.ts";
import { parseRrule } from "../../../runtime/calendar/rrule.ts";
import { DAY_MS, MINUTE_MS } from "../../../runtime/time_units.ts";
import type { MaintenancePlan } from "../../alerts.ts";
import { duration } from "../duration_and_size.ts";
import { matcherSchema, siteMatcher } from "./site_matcher.ts";
import { type Exact, instantOf, text, timeText } from "../scalar.ts";

/** More plans than that are kept in a calendar, which adds them by command. */
const PLANS_MAX = 100;
const NAME_LENGTH_MAX = 200;
/** A shorter one is over before a check confirms anything; a longer one is no maintenance. */
const LENGTH = { minMs: MINUTE_MS, maxMs: 31 * DAY_MS };

const RRULE_RULE = "is not a rule of FREQ=DAILY, WEEKLY or MONTHLY with INTERVAL, BYDAY, " +
  "BYMONTHDAY, and UNTIL or COUNT";

const planSchema = z.strictObject({
  name: text(NAME_LENGTH_MAX).describe("What is done, for people; unique."),
  sites: matcherSchema.optional().describe("Which sites; all when absent."),
  zone: z.string({ error: "is not a time zone, such as Europe/Berlin" }).refine(isTimeZone)
    .prefault("UTC").describe("IANA time zone of every time without an offset."),
  from: timeText().optional().describe("Begin of work that is done once; with `to`."),
  to: timeText().optional().describe("End of work that is done once."),
  cron: z.string({ error: "is not a cron line of five fields, such as 0 3 * * sun" }).max(200)
    .refine((line) => parseCron(line) !== undefined).optional()
    .describe("When work begins, as a line of crontab; with `duration`."),
  rrule: z.string({ error: RRULE_RULE }).max(400).refine((rule) =>
    parseRrule(rule, Temporal.PlainDateTime.from("2026-01-01T00:00")) !== undefined
  ).optional().describe(
    "When work begins, as a recurrence rule of RFC 5545; with `start` and `duration`.",
  ),
  start: z.string({ error: "is not a local time such as 2026-12-01T22:00" })
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/).refine((text) => localOf(text) !== undefined)
    .optional().describe("Date and time from which `rrule` counts."),
  duration: duration(LENGTH).optional().describe("How long work lasts that comes again."),
}).superRefine((plan, context) => {
  const message = problemOf(plan);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});

export const maintenanceSchema = z.array(planSchema, { error: "is not a list of planned work" })
  .max(PLANS_MAX);

type PlanConfig = Exact<z.output<typeof planSchema>>;

/** The keys of each way to say when, beside `zone`. */
const WAYS = [["from", "to"], ["cron", "duration"], ["rrule", "start", "duration"]] as const;

function problemOf(plan: z.output<typeof planSchema>): string | undefined {
  const given = (["from", "to", "cron", "rrule", "start", "duration"] as const)
    .filter((key) => plan[key] !== undefined).join();
  if (!WAYS.some((keys) => keys.join() === given)) {
    return "needs from and to, or cron and duration, or rrule, start and duration";
  }
  if (plan.from === undefined) return undefined;
  const [from, to] = [plan.from, plan.to!].map((text) => instantOf(text, plan.zone));
  // What is wrong with them alone was said.
  if (from === undefined || to === undefined) return undefined;
  const lengthMs = to.epochMilliseconds - from.epochMilliseconds;
  return lengthMs > 0 && lengthMs <= LENGTH.maxMs
    ? undefined
    : "ends before it begins, or later than 31 days after it";
}

export function maintenancePlan({ name, sites, ...plan }: PlanConfig): MaintenancePlan {
  const { zone, from, to, cron, rrule, start, duration: durationMs } = plan;
  const matching = sites === undefined ? {} : { sites: siteMatcher(sites) };
  if (cron !== undefined) return { name, ...matching, at: { cron, durationMs: durationMs!, zone } };
  if (rrule !== undefined) {
    return { name, ...matching, at: { rrule, start: start!, durationMs: durationMs!, zone } };
  }
  const [begin, end] = [from!, to!].map((text) =>
    new Date(instantOf(text, zone)!.epochMilliseconds)
  );
  return { name, ...matching, at: { from: begin!, to: end! } };
}

function localOf(text: string): Temporal.PlainDateTime | undefined {
  try {
    return Temporal.PlainDateTime.from(text);
  } catch {
    return undefined;
  }
}
