/** Lines of cron, as crontab(5) has them: minute, hour, day of month, month, day of week. */
import type { Recurrence } from "./recurrence.ts";

interface Field {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  {
    min: 1,
    max: 12,
    names: ["", ..."jan feb mar apr may jun jul aug sep oct nov dec".split(" ")],
  },
  // Both 0 and 7 are Sunday.
  { min: 0, max: 7, names: "sun mon tue wed thu fri sat".split(" ") },
];

/** Undefined when the text is no cron line of five fields. */
export function parseCron(text: string): Recurrence | undefined {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) return undefined;
  const fields = parts.map((part, index) => valuesOf(part.toLowerCase(), FIELDS[index]!));
  if (fields.some((values) => values === undefined)) return undefined;
  const [minutes, hours, days, months, weekdays] = fields as Set<number>[];
  const isAnyDay = parts[2]!.startsWith("*");
  const isAnyWeekday = parts[4]!.startsWith("*");
  return {
    isOn(date) {
      const isDay = days!.has(date.day);
      const isWeekday = weekdays!.has(date.dayOfWeek) || weekdays!.has(date.dayOfWeek % 7);
      // If both are restricted, either will do.
      const isMet = isAnyDay || isAnyWeekday ? isDay && isWeekday : isDay || isWeekday;
      return months!.has(date.month) && isMet;
    },
    times: inOrder(hours!).flatMap((hour) =>
      inOrder(minutes!).map((minute) => new Temporal.PlainTime(hour, minute))
    ),
  };
}

function inOrder(values: ReadonlySet<number>): number[] {
  return [...values].sort((a, b) => a - b);
}

/** Of `*`, `5`, `1-5`, `mon,wed`, and any of them with a step, such as `0-30/10`. */
function valuesOf(text: string, field: Field): Set<number> | undefined {
  const values = new Set<number>();
  for (const item of text.split(",")) {
    const [, range, step] = /^([^/]+)(?:\/(\d{1,2}))?$/.exec(item) ?? [];
    const [first, last] = range === "*" ? [field.min, field.max] : boundsOf(range ?? "", field);
    const by = Number(step ?? 1);
    if (first === undefined || last === undefined || by === 0) return undefined;
    // `5/10` is from 5 on.
    const end = step !== undefined && !/[-*]/.test(range!) ? field.max : last;
    if (first < field.min || end > field.max || first > end) return undefined;
    for (let value = first; value <= end; value += by) values.add(value);
  }
  return values;
}

function boundsOf(range: string, { names = [] }: Field): readonly (number | undefined)[] {
  const bounds = range.split("-").map((text) => {
    if (/^\d{1,2}$/.test(text)) return Number(text);
    const index = text === "" ? -1 : names.indexOf(text);
    return index === -1 ? undefined : index;
  });
  return bounds.length === 1
    ? [bounds[0], bounds[0]]
    : bounds.slice(0, bounds.length === 2 ? 2 : 0);
}
