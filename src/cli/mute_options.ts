/** Options of silences and of planned work: which sites, from when until when, who, and why. */
import { type Command, Option } from "commander";
import { parseDuration } from "../config/schema/quantity.ts";
import { WORD_LENGTH_MAX } from "../report/bounds.ts";
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
/** A key, a colon and a value. */
const LABEL_LENGTH_MAX = 2 * WORD_LENGTH_MAX + 1;
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
  mustBeLine("--author", author);
  mustBeLine("--reason", reason);
  for (const name of site ?? []) mustBeLine("--site", name);
  for (const text of label ?? []) mustBeLine("--label", text, LABEL_LENGTH_MAX);
  const labels = new Map(labelsOf(label));
  if (labels.size < (label ?? []).length) {
    throw new UsageError(
      "invalid --label: a label is given twice, but a site has one value of each",
    );
  }
  return {
    id: crypto.randomUUID(),
    kind,
    ...spanOf(options, now),
    names: site ?? null,
    labels: labels.size === 0 ? null : Object.fromEntries(labels),
    author,
    reason,
    is_configured: false,
  };
}

/** Throws {@linkcode UsageError} for what tables and messages cannot show. */
export function mustBeLine(option: string, text: string, lengthMax = TEXT_LENGTH_MAX): void {
  if (/^[^\p{Cc}\p{Cs}]+$/u.test(text) && text.length <= lengthMax) return;
  throw new UsageError(`invalid ${option}: not one line of 1 to ${lengthMax} characters`);
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
