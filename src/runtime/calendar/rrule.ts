/** A subset of the recurrence rules of RFC 5545, section 3.3.10. */
import type { Recurrence } from "./recurrence.ts";

const WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/** A weekday, or with `nth` one of its month: the first is 1, the last -1. */
interface ByDay {
  readonly weekday: number;
  readonly nth: number | undefined;
}

interface Rule {
  readonly freq: "DAILY" | "WEEKLY" | "MONTHLY";
  readonly interval: number;
  readonly byDay: readonly ByDay[];
  readonly byMonthDay: readonly number[];
  readonly countMax: number | undefined;
  readonly until: Temporal.PlainDateTime | undefined;
}

/**
 * Of `FREQ=DAILY | WEEKLY | MONTHLY` with `INTERVAL`, `BYDAY`, `BYMONTHDAY`, and `UNTIL` or `COUNT`;
 * weeks begin on Monday. `UNTIL` is local time. Undefined for anything else.
 */
export function parseRrule(text: string, start: Temporal.PlainDateTime): Recurrence | undefined {
  const rule = ruleOf(text);
  if (rule === undefined) return undefined;
  const { countMax, until } = rule;
  const from = start.toPlainDate();
  return {
    from,
    isOn: (date) => isInTurn(date, from, rule) && isMet(date, from, rule),
    times: [start.toPlainTime()],
    ...(countMax === undefined ? {} : { countMax }),
    ...(until === undefined ? {} : { until }),
  };
}

/** True in each `interval`-th day, week or month from the first on. */
function isInTurn(
  date: Temporal.PlainDate,
  from: Temporal.PlainDate,
  { freq, interval }: Rule,
): boolean {
  switch (freq) {
    case "DAILY":
      return from.until(date).days % interval === 0;
    case "WEEKLY":
      return mondayOf(from).until(mondayOf(date)).days / 7 % interval === 0;
    case "MONTHLY":
      return ((date.year - from.year) * 12 + date.month - from.month) % interval === 0;
  }
}

function isMet(
  date: Temporal.PlainDate,
  from: Temporal.PlainDate,
  { freq, byDay, byMonthDay }: Rule,
): boolean {
  if (byDay.length === 0 && byMonthDay.length === 0) {
    return freq === "DAILY" ||
      (freq === "WEEKLY" ? date.dayOfWeek === from.dayOfWeek : date.day === from.day);
  }
  const isDay = byDay.length === 0 ||
    byDay.some(({ weekday, nth }) => date.dayOfWeek === weekday && isNth(date, nth));
  const fromEnd = date.day - date.daysInMonth - 1;
  return isDay &&
    (byMonthDay.length === 0 || byMonthDay.includes(date.day) || byMonthDay.includes(fromEnd));
}

function isNth({ day, daysInMonth }: Temporal.PlainDate, nth: number | undefined): boolean {
  if (nth === undefined) return true;
  return nth > 0 ? Math.ceil(day / 7) === nth : Math.ceil((daysInMonth - day + 1) / 7) === -nth;
}

function mondayOf(date: Temporal.PlainDate): Temporal.PlainDate {
  return date.subtract({ days: date.dayOfWeek - 1 });
}

function ruleOf(text: string): Rule | undefined {
  const pairs = text.replace(/^RRULE:/i, "").toUpperCase().split(";").map((part) =>
    part.split("=")
  );
  const parts = new Map(pairs.map(([name = "", value = ""]) => [name, value]));
  const isSound = parts.size === pairs.length &&
    pairs.every(([name = "", value = "", ...more]) =>
      more.length === 0 && PARTS[name]?.test(value)
    );
  if (!isSound || !parts.has("FREQ") || (parts.has("UNTIL") && parts.has("COUNT"))) {
    return undefined;
  }
  const freq = parts.get("FREQ") as Rule["freq"];
  const byDay = listOf(parts.get("BYDAY")).map((item) => ({
    weekday: WEEKDAYS.indexOf(item.slice(-2)) + 1,
    nth: item.length > 2 ? Number(item.slice(0, -2)) : undefined,
  }));
  // The first Monday of a week means nothing, nor does the 31st of one.
  if (freq !== "MONTHLY" && byDay.some(({ nth }) => nth !== undefined)) return undefined;
  if (freq === "WEEKLY" && parts.has("BYMONTHDAY")) return undefined;
  const count = parts.get("COUNT");
  const until = untilOf(parts.get("UNTIL"));
  if (parts.has("UNTIL") && until === undefined) return undefined;
  return {
    freq,
    interval: Number(parts.get("INTERVAL") ?? 1),
    byDay,
    byMonthDay: listOf(parts.get("BYMONTHDAY")).map(Number),
    countMax: count === undefined ? undefined : Number(count),
    until,
  };
}

/** What each part may be. */
const PARTS: Readonly<Record<string, RegExp>> = {
  FREQ: /^(DAILY|WEEKLY|MONTHLY)$/,
  INTERVAL: /^[1-9]\d{0,2}$/,
  BYDAY: /^([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)(,([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)){0,20}$/,
  BYMONTHDAY: /^-?([1-9]|[12]\d|3[01])(,-?([1-9]|[12]\d|3[01])){0,30}$/,
  COUNT: /^[1-9]\d{0,3}$/,
  UNTIL: /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3])[0-5]\d[0-5]\d)?$/,
};

function listOf(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(",");
}

/** A date is meant with the whole of its day; undefined for 31 February. */
function untilOf(text: string | undefined): Temporal.PlainDateTime | undefined {
  if (text === undefined) return undefined;
  try {
    return Temporal.PlainDateTime.from(text.includes("T") ? text : `${text}T235959`);
  } catch {
    return undefined;
  }
}
