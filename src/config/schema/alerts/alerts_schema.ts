/** The schema of `alerts`: who is told of what, and when. */
import * as z from "zod";
import { DAY_MS } from "../../../runtime/time_units.ts";
import { ALERT_CONDITIONS, type Confirmation, type Quorum, SEVERITIES } from "../../alerts.ts";
import { duration } from "../duration_and_size.ts";
import { formatDuration, parseDuration } from "../quantity.ts";
import { httpUrlSchema } from "../protocols/http_schema.ts";
import { type Exact, identifier, text, whole } from "../scalar.ts";
import { alertChannelsSchema } from "./alert_channels_schema.ts";
import { matcherSchema } from "./site_matcher.ts";

/** Each rule is tried on every site that is not well. */
const RULES_MAX = 200;
const NAME_LENGTH_MAX = 100;
/** As many checks of a site as one decision looks at: RECENT_CHECKS_MAX of the alert store. */
export const CONFIRMING_CHECKS_MAX = 20;
const HOLD = { minMs: 1_000, maxMs: DAY_MS };
/** More than this many producers look at one site only in a drill. */
const LOCATIONS_MAX = 100;
const REMIND = { minMs: 60_000, maxMs: 30 * DAY_MS };
const GROUP_LABELS_MAX = 8;
/** What is grouped for longer is told late. */
const GROUP_WAIT = { minMs: 0, maxMs: 600_000 };
/** Two changes are one incident; a thousand an hour is a change at each check. */
const FLAPS = { min: 2, max: 1_000 };
const HEARTBEAT = { minMs: 1_000, maxMs: DAY_MS };

const CONFIRMATION_RULE = `is not 1 to ${CONFIRMING_CHECKS_MAX} checks or a duration, such as ` +
  "3 checks, 2 of 5 checks or 2m";
const CHECKS = /^(\d{1,4})(?: of (\d{1,4}))? checks?$/;

/** `3 checks`, `2 of 5 checks` or a duration. */
const confirmation = () =>
  z.codec(
    z.union([z.number(), z.string()], { error: CONFIRMATION_RULE }),
    z.custom<Confirmation>(),
    {
      decode(value, context) {
        const parsed = parseConfirmation(value);
        if (parsed !== undefined) return parsed;
        context.issues.push({ code: "custom", input: value, message: CONFIRMATION_RULE });
        return z.NEVER;
      },
      encode: formatConfirmation,
    },
  );

function parseConfirmation(value: number | string): Confirmation | undefined {
  const [, count, window = count] = CHECKS.exec(String(value)) ?? [];
  if (count !== undefined) {
    const [checks, of] = [Number(count), Number(window)];
    return checks >= 1 && checks <= of && of <= CONFIRMING_CHECKS_MAX ? { checks, of } : undefined;
  }
  const forMs = parseDuration(value);
  const isWithin = forMs !== undefined && forMs >= HOLD.minMs && forMs <= HOLD.maxMs;
  return isWithin ? { forMs } : undefined;
}

function formatConfirmation(confirmation: Confirmation): string {
  if ("forMs" in confirmation) return formatDuration(confirmation.forMs);
  const { checks, of } = confirmation;
  return `${checks === of ? checks : `${checks} of ${of}`} ${of === 1 ? "check" : "checks"}`;
}

const QUORUM_RULE = `is not K of N locations with K up to N and N up to ${LOCATIONS_MAX}, ` +
  "such as 2 of 3";

const quorum = z.codec(z.string({ error: QUORUM_RULE }), z.custom<Quorum>(), {
  decode(value, context) {
    const [, count = 0, of = 0] = (/^(\d{1,4}) of (\d{1,4})$/.exec(value) ?? []).map(Number);
    if (count >= 1 && count <= of && of <= LOCATIONS_MAX) return { count, of };
    context.issues.push({ code: "custom", input: value, message: QUORUM_RULE });
    return z.NEVER;
  },
  encode: ({ count, of }) => `${count} of ${of}`,
});

const ruleSchema = z.strictObject({
  name: text(NAME_LENGTH_MAX).describe("Unique name; a rule that is renamed ends its alerts."),
  when: z.array(z.enum(ALERT_CONDITIONS), {
    error: "is not a list of conditions, such as [down, stale]",
  }).min(1).max(ALERT_CONDITIONS.length).prefault(["down", "stale"])
    .describe("What it looks for; `location` is a producer that went silent."),
  sites: matcherSchema.optional()
    .describe(
      "Names of sites, in which `*` is any text, or `names` and `labels`; all when absent.",
    ),
  after: confirmation().prefault("2 checks")
    .describe("When it counts: after checks in a row, so many of the newest, or a time."),
  recover_after: confirmation().prefault("1 check").describe("When it is over, likewise."),
  locations: quorum.optional().describe(
    "How many of a site's locations must find it, of at least how many that report; any one when absent.",
  ),
  remind: duration(REMIND).optional()
    .describe(
      "Time after which it is told again, until somebody acknowledges it; never when absent.",
    ),
  severity: z.enum(SEVERITIES).prefault("critical").describe("For receivers that know one."),
  channels: z.array(identifier(), { error: "is not a list of channels, such as [ops]" }).min(1)
    .optional().describe("Who is told; every channel when absent."),
});

export const alertsSchema = z.strictObject({
  channels: alertChannelsSchema.prefault({}).describe("Receivers by their names."),
  rules: z.array(ruleSchema, { error: `is not a list of at most ${RULES_MAX} rules` })
    .max(RULES_MAX).prefault([{ name: "down" }]).describe(
      "What is told, of which sites, to whom; one rule `down` with all defaults when absent.",
    ),
  group_by: z.array(identifier(), {
    error: `is not a list of at most ${GROUP_LABELS_MAX} labels, such as [team]`,
  }).max(GROUP_LABELS_MAX).prefault([]).describe(
    "Labels; alerts that agree in them and fire together are one message. `rule`, `kind`, `severity`, `site` and `location` may stand among them.",
  ),
  group_wait: duration(GROUP_WAIT).prefault("10s")
    .describe("How long a beginning waits for others of its group."),
  flapping: z.strictObject({
    changes: whole(FLAPS).prefault(6).describe(
      "Changes within an hour above which a site is told to be flapping, once, until it has been calm for an hour.",
    ),
  }).prefault({}).describe("When changes are told no longer."),
  heartbeat: z.strictObject({
    url: httpUrlSchema.describe("URL of a dead man's switch; better `${file:PATH}`."),
    every: duration(HEARTBEAT).prefault("1m").describe("Time between two requests."),
  }).optional().describe("Requests that stop when sitemon no longer decides on fresh data."),
});

export type AlertsConfig = Exact<z.output<typeof alertsSchema>>;
