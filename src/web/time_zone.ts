/** Times as readers of the page see them: in the zone that the operator has chosen. */
import { clockTime } from "../runtime/relative_time.ts";

export interface TimeZone {
  /** Of IANA: `Europe/Berlin`. */
  readonly name: string;
  /** `2026-05-01 14:00:00`. */
  clock(time: Date): string;
  /** `2026-05-01 14:00:00 GMT+2`, or `2026-05-01 12:00:00 UTC`. */
  exact(time: Date): string;
}

/** The zone unless another is chosen: a list of incidents has hundreds of times. */
const UTC: TimeZone = {
  name: "UTC",
  clock: clockTime,
  exact: (time) => `${clockTime(time)} UTC`,
};

/** A page has one zone; a formatter takes a millisecond to make. */
const known = new Map<string, TimeZone>();

export function timeZone({ timeZone: name = "UTC" }: { readonly timeZone?: string }): TimeZone {
  const zone = known.get(name) ?? formatting(name);
  known.set(name, zone);
  return zone;
}

function formatting(timeZone: string): TimeZone {
  if (timeZone === "UTC") return UTC;
  // Sweden writes times as ISO 8601 does.
  const clock = new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    dateStyle: "short",
    timeStyle: "medium",
  });
  const offset = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "shortOffset" });
  const offsetOf = (time: Date) =>
    offset.formatToParts(time).find(({ type }) => type === "timeZoneName")!.value;
  return {
    name: timeZone,
    clock: (time) => clock.format(time),
    exact: (time) => `${clock.format(time)} ${offsetOf(time)}`,
  };
}
