/** How long ago something was, in the words of people. */

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

/** Such as `12 s ago`; `in 5 min` when the clock that made the time is ahead. */
export function relativeTime(time: Date, now: Date): string {
  const seconds = Math.floor((now.getTime() - time.getTime()) / 1_000);
  return seconds < 0 ? `in ${span(-seconds)}` : `${span(seconds)} ago`;
}

/** `2026-05-01 12:00:10`, in UTC. */
export function clockTime(time: Date): string {
  return time.toISOString().slice(0, 19).replace("T", " ");
}

/** A length of time, in the unit that leaves at least two of it, so that rounding down never hides half of it. */
export function span(seconds: number): string {
  if (seconds < 2 * MINUTE_S) return `${seconds} s`;
  if (seconds < 2 * HOUR_S) return `${Math.floor(seconds / MINUTE_S)} min`;
  if (seconds < 2 * DAY_S) return `${Math.floor(seconds / HOUR_S)} h`;
  return `${Math.floor(seconds / DAY_S)} d`;
}
