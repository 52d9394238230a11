/** Options of silences and of planned work: which sites, from when until when, who, and why. */
import { type Command, Option } from "commander";
import { parseDuration } from "../config/schema/quantity.ts";
import { DAY_MS } from "../runtime/time_units.ts";
import type { Mute } from "../status/alert_store.ts";
import { UsageError } from "./exit_code.ts";
import { labelOption, labelsOf } from "./label_option.ts";
import { timeOptionMicros } from "./time_option.ts";

export interface MuteOptions {
  readonly site?: readonly string[];
  readonly label?: readonly string[];
  readonly from?: string;
  readonly until?: string;
  readonly for?: string;
  readonly author?: string;
  readonly reason?: string;
}

/** As in a configuration's list. */
const TEXT_LENGTH_MAX = 200;
/** Longer ones outlive the memory of who set them: what is off for good is removed, or has no rule. */
export const MUTE_MS_MAX = 31 * DAY_MS;

export function withMute(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--site <name>",
        "only sites of this name, in which * is any text; may be repeated",
      )
        .argParser((text: string, before: string[] = []) => [...before, text]),
    )
    .addOption(labelOption("only sites with this label; may be repeated"))
    .option("--from <time>", "begin: 2026-05-01T18:00:00Z, or 2h for 2 hours ago (default: now)")
    .option("--until <time>", "end: 2026-05-01T20:00:00Z")
    .option("--for <duration>", "length, in place of an end: 2h")
    .requiredOption("--author <name>", "who wants it")
    .requiredOption("--reason <text>", "why");
}

/** Throws {@linkcode UsageError} for options that make none. */
export function muteOf(options: MuteOptions, kind: Mute["kind"], now: Date): Mute {
  const { site, label, author = "", reason = "" } = options;
  for (const [name, text] of [["--author", author], ["--reason", reason]] as const) {
    if (/^[^\p{Cc}]+$/u.test(text) && text.length <= TEXT_LENGTH_MAX) continue;
    throw new UsageError(`invalid ${name}: not one line of 1 to ${TEXT_LENGTH_MAX} characters`);
  }
  const labels = labelsOf(label);
  return {
    id: crypto.randomUUID(),
    kind,
    ...spanOf(options, now),
    names: site ?? null,
    labels: labels.length === 0 ? null : Object.fromEntries(labels),
    author,
    reason,
    is_configured: false,
  };
}

function spanOf(options: MuteOptions, now: Date): Pick<Mute, "from" | "until"> {
  const time = (option: string, text: string) =>
    new Date(timeOptionMicros(option, text, now.getTime()) / 1_000);
  const from = options.from === undefined ? now : time("--from", options.from);
  if ((options.until === undefined) === (options.for === undefined)) {
    throw new UsageError("one of --until and --for is required");
  }
  const until = options.until === undefined
    ? new Date(from.getTime() + lengthOf(options.for!))
    : time("--until", options.until);
  if (until <= from) throw new UsageError("the end must be after the beginning");
  if (until.getTime() - from.getTime() <= MUTE_MS_MAX) return { from, until };
  throw new UsageError("the end must be at most 31 days after the beginning");
}

function lengthOf(text: string): number {
  const lengthMs = parseDuration(text);
  if (lengthMs !== undefined) return lengthMs;
  throw new UsageError(`invalid --for: ${JSON.stringify(text)} is not a duration; write 30m or 2h`);
}
