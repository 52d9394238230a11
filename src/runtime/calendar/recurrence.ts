/** Times that come again, in local time: what cron lines and RRULEs have in common. */

/** When something comes again: on which dates, and at which times of such a date. */
export interface Recurrence {
  /** No time lies before its date; the first date that counts. */
  readonly from?: Temporal.PlainDate;
  isOn(date: Temporal.PlainDate): boolean;
  /** In order. */
  readonly times: readonly Temporal.PlainTime[];
  /** At most so many times since `from`; all when absent. */
  readonly countMax?: number;
  /** Nothing comes after it, in local time; no end when absent. */
  readonly until?: Temporal.PlainDateTime;
}

/** Days that are looked at to count what came before: a century. */
const DAYS_MAX = 36_525;

/**
 * The instants between two others, in order. A local time that a change of the clock leaves out is
 * that many minutes later, and of one that comes twice the first is meant, as RFC 5545 has it
 * (section 3.3.5) and Temporal's `compatible`.
 */
export function* instantsBetween(
  { from, isOn, times, countMax, until }: Recurrence,
  zone: string,
  first: Temporal.Instant,
  last: Temporal.Instant,
): Generator<Temporal.Instant> {
  // A day before: the clock of a zone may be set back over midnight.
  const firstDay = first.toZonedDateTimeISO(zone).toPlainDate().subtract({ days: 1 });
  const lastDay = last.toZonedDateTimeISO(zone).toPlainDate();
  let date = from !== undefined && (countMax !== undefined || isBefore(firstDay, from))
    ? from
    : firstDay;
  let left = countMax ?? Infinity;
  let before: Temporal.Instant | undefined;
  for (let days = 0; days < DAYS_MAX && !isBefore(lastDay, date); days++) {
    for (const instant of isOn(date) ? instantsOn(date, { times, until }, zone) : []) {
      if (left-- === 0 || Temporal.Instant.compare(instant, last) > 0) return;
      // A time that is left out may be another one then, which comes once.
      if (before !== undefined && Temporal.Instant.compare(instant, before) <= 0) continue;
      before = instant;
      if (Temporal.Instant.compare(instant, first) >= 0) yield instant;
    }
    date = date.add({ days: 1 });
  }
}

/** In order, which is not that of the times where a change of the clock leaves some out. */
function instantsOn(
  date: Temporal.PlainDate,
  { times, until }: Pick<Recurrence, "times"> & { readonly until: Recurrence["until"] },
  zone: string,
): Temporal.Instant[] {
  return times.map((time) => date.toPlainDateTime(time))
    .filter((local) => until === undefined || Temporal.PlainDateTime.compare(local, until) <= 0)
    .map((local) => local.toZonedDateTime(zone, { disambiguation: "compatible" }).toInstant())
    .sort(Temporal.Instant.compare);
}

function isBefore(date: Temporal.PlainDate, other: Temporal.PlainDate): boolean {
  return Temporal.PlainDate.compare(date, other) < 0;
}

/** True for a name of the IANA database, `Europe/Berlin` or `UTC`. */
export function isTimeZone(zone: string): boolean {
  try {
    // An offset is a zone to Temporal, but knows nothing of summer.
    return !/^[+-]/.test(zone) && Boolean(
      Temporal.Instant.fromEpochMilliseconds(0)
        .toZonedDateTimeISO(zone),
    );
  } catch {
    return false;
  }
}
