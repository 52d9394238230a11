/** Figures in the language of the page: percentages, lengths of time, and how long ago something was. */
import { lengthText, span } from "../../runtime/relative_time.ts";
import type { Coverage } from "../../status/queries.ts";
import { isMostlyUnknown, knownMsOf, percent, uptimeOf } from "../../status/uptime.ts";
import { texts } from "./texts.ts";

/** `99.98 %`, or `99,98 %`. */
export function percentText(part: number | null): string {
  return part === null ? texts().noData : percent(part).replace(".", texts().decimal);
}

/** Uptime, with the length of the time that it is of where most is unknown. */
export function uptimeWords(coverage: Coverage | undefined): string {
  const uptime = coverage === undefined ? null : uptimeOf(coverage);
  if (coverage === undefined || uptime === null) return percentText(null);
  if (!isMostlyUnknown(coverage)) return percentText(uptime);
  const known = spanWords(Math.floor(knownMsOf(coverage) / 1_000));
  return texts().ofKnown(percentText(uptime), known);
}

/** `12 s`, `5 min`, `3 h`, `4 d`. */
export function spanWords(seconds: number): string {
  return inOwnUnits(span(seconds));
}

/** In its two largest units: `2 d 3 h`. */
export function lengthWords(seconds: number): string {
  return inOwnUnits(lengthText(seconds));
}

/** `12 s ago`; `in 5 min` when the clock that made the time is ahead. */
export function agoWords(time: Date, now: Date): string {
  const seconds = Math.floor((now.getTime() - time.getTime()) / 1_000);
  const { ahead, ago } = texts();
  return seconds < 0 ? ahead(spanWords(-seconds)) : ago(spanWords(seconds));
}

/** Of the units days alone differ. */
function inOwnUnits(length: string): string {
  return length.replace(/ d\b/, ` ${texts().day}`);
}
