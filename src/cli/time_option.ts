/** Options that take a time, or how long ago it was. */
import { parseDuration } from "../config/schema/quantity.ts";
import { TIME_MAX } from "../report/bounds.ts";
import { UsageError } from "./exit_code.ts";

/**
 * Microseconds since 1970 of `12h`, which is ago, or of a date with or without a time. Stores keep no
 * time that is too far away for an exact number of microseconds, or cannot read it again.
 */
export function timeOptionMicros(option: string, text: string, nowMs: number): number {
  const agoMs = /[a-z]$/.test(text) ? parseDuration(text) : undefined;
  const ms = agoMs === undefined ? parseTime(text) : nowMs - agoMs;
  if (ms === undefined) {
    throw new UsageError(
      `invalid ${option}: ${JSON.stringify(text)} is not a time or a duration; ` +
        "write for example 2026-05-01T18:00:00Z or 12h",
    );
  }
  if (ms >= 0 && ms * 1_000 <= TIME_MAX) return ms * 1_000;
  throw new UsageError(`invalid ${option}: ${JSON.stringify(text)} is not from 1970 to 2100`);
}

/** UTC unless it names a zone, as everything that is stored. */
function parseTime(text: string): number | undefined {
  const [, date, time = "00:00", zone = "Z"] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?(Z|[+-]\d\d:\d\d)?$/.exec(text) ??
      [];
  try {
    return Temporal.Instant.from(`${date}T${time}${zone}`).epochMilliseconds;
  } catch {
    return undefined;
  }
}
