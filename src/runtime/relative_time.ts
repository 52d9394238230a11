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

/** A length of time in its two largest units: `45 s`, `12 min 30 s`, `1 h 12 min`, `2 d 3 h`. */
export function lengthText(seconds: number): string {
  if (seconds < 1) return "0 s";
  const units = [["d", DAY_S], ["h", HOUR_S], ["min", MINUTE_S], ["s", 1]] as const;
  const first = units.findIndex(([, unit]) => seconds >= unit);
  let rest = seconds;
  return units.slice(first, first + 2).flatMap(([name, unit]) => {
    const count = Math.floor(rest / unit);
    rest %= unit;
    return count === 0 ? [] : [`${count} ${name}`];
  }).join(" ");
}

/** A length of time, in the unit that leaves at least two of it, so that rounding down never hides half of it. */
export function span(seconds: number): string {
  if (seconds < 2 * MINUTE_S) return `${seconds} s`;
  if (seconds < 2 * HOUR_S) return `${Math.floor(seconds / MINUTE_S)} min`;
  if (seconds < 2 * DAY_S) return `${Math.floor(seconds / HOUR_S)} h`;
  return `${Math.floor(seconds / DAY_S)} d`;
}
