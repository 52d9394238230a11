/** Options that take a time, or how long ago it was. */
import { parseDuration } from "../config/schema/quantity.ts";
import { UsageError } from "./exit_code.ts";

/** Before and after it, microseconds are no whole numbers, and stores could not read them. */
const MS_MAX = Number.MAX_SAFE_INTEGER / 1_000;

/** Microseconds since 1970 of `12h`, which is ago, or of a date with or without a time. */
export function timeOptionMicros(option: string, text: string, nowMs: number): number {
  const agoMs = /[a-z]$/.test(text) ? parseDuration(text) : undefined;
  const ms = agoMs === undefined ? parseTime(text) : nowMs - agoMs;
  if (ms !== undefined && Math.abs(ms) <= MS_MAX) return ms * 1_000;
  throw new UsageError(
    `invalid ${option}: ${JSON.stringify(text)} is not a time or a duration; ` +
      "write for example 2026-05-01T18:00:00Z or 12h",
  );
}

/** UTC unless it names a zone, as everything that is stored. */
function parseTime(text: string): number | undefined {
  const [, date, time = "00:00", zone = "Z"] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?(Z|[+-]\d\d:\d\d)?$/.exec(text) ??
      [];
  const ms = Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(ms) ? undefined : ms;
}
