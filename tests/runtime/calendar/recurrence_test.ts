import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "../../support/random_runs.ts";
import { parseCron } from "../../../src/runtime/calendar/cron.ts";
import {
  instantsBetween,
  isTimeZone,
  type Recurrence,
} from "../../../src/runtime/calendar/recurrence.ts";
import { parseRrule } from "../../../src/runtime/calendar/rrule.ts";

/** In local time, with the offset that held. */
function between(recurrence: Recurrence, zone: string, first: string, last: string): string[] {
  const instant = (local: string) =>
    Temporal.PlainDateTime.from(local).toZonedDateTime(zone).toInstant();
  return [...instantsBetween(recurrence, zone, instant(first), instant(last))]
    .map((time) => time.toZonedDateTimeISO(zone).toString({ timeZoneName: "never" }).slice(5))
    .map((text) => text.replace(/:00(?=[+-])/, ""));
}

const DAILY_AT_230 = parseCron("30 2 * * *")!;

/** Clocks go forward and back: on Sundays, by an hour or half of one, by night or at midnight. */
const CHANGES: readonly [zone: string, at: Recurrence, first: string, expected: string[]][] = [
  ["Europe/Berlin", DAILY_AT_230, "2026-03-28", [
    ...["03-28T02:30+01:00", "03-29T03:30+02:00", "03-30T02:30+02:00"],
  ]],
  ["Europe/Berlin", parseCron("0,30 2,3 29 3 *")!, "2026-03-28", [
    ...["03-29T03:00+02:00", "03-29T03:30+02:00"],
  ]],
  ["Europe/Berlin", DAILY_AT_230, "2026-10-24", [
    ...["10-24T02:30+02:00", "10-25T02:30+02:00", "10-26T02:30+01:00"],
  ]],
  ["America/New_York", DAILY_AT_230, "2026-03-07", [
    ...["03-07T02:30-05:00", "03-08T03:30-04:00", "03-09T02:30-04:00"],
  ]],
  ["America/New_York", parseCron("30 1 * * *")!, "2026-10-31", [
    ...["10-31T01:30-04:00", "11-01T01:30-04:00", "11-02T01:30-05:00"],
  ]],
  ["Australia/Lord_Howe", parseCron("15 2 * * *")!, "2026-10-03", [
    ...["10-03T02:15+10:30", "10-04T02:45+11:00", "10-05T02:15+11:00"],
  ]],
  ["Australia/Lord_Howe", parseCron("45 1 * * *")!, "2026-04-04", [
    ...["04-04T01:45+11:00", "04-05T01:45+11:00", "04-06T01:45+10:30"],
  ]],
  ["America/Santiago", parseCron("15 0 * * *")!, "2026-09-05", [
    ...["09-05T00:15-04:00", "09-06T01:15-03:00", "09-07T00:15-03:00"],
  ]],
  ["America/Santiago", parseCron("30 23 * * *")!, "2026-04-03", [
    ...["04-03T23:30-03:00", "04-04T23:30-03:00", "04-05T23:30-04:00"],
  ]],
];

for (const [zone, recurrence, first, expected] of CHANGES) {
  Deno.test(`instantsBetween() follows the clocks of ${zone} from ${first} on`, () => {
    const last = Temporal.PlainDate.from(first).add({ days: 3 }).toString();
    deepStrictEqual(between(recurrence, zone, `${first}T00:00`, `${last}T00:00`), expected);
  });
}

const CRON: readonly [line: string, expected: string[]][] = [
  ["0 3 * * 0", ["06-07T03:00", "06-14T03:00"]],
  ["0 3 * * sun", ["06-07T03:00", "06-14T03:00"]],
  ["0 3 * * 7", ["06-07T03:00", "06-14T03:00"]],
  ["0 3 2-10/4 * *", ["06-02T03:00", "06-06T03:00", "06-10T03:00"]],
  ["0 22/1 13 6 *", ["06-13T22:00", "06-13T23:00"]],
  // Restricted in both ways, either will do.
  ["0 3 13 * sun", ["06-07T03:00", "06-13T03:00", "06-14T03:00"]],
  ["*/30 5 1 jun *", ["06-01T05:00", "06-01T05:30"]],
  ["0 3 * 7 *", []],
];

for (const [line, expected] of CRON) {
  Deno.test(`parseCron() understands ${line}`, () => {
    const times = between(parseCron(line)!, "UTC", "2026-06-01T00:00", "2026-06-15T00:00");
    deepStrictEqual(times, expected.map((time) => `${time}+00:00`));
  });
}

const NO_CRON = ["", "* * * *", "60 * * * *", "* * 0 * *", "*/0 * * * *", "5-1 * * * *"];
NO_CRON.push("a * * * *", "* * * * mon-", "@daily", "1,,2 * * * *", "1-2-3 * * * *");

for (const line of NO_CRON) {
  Deno.test(`parseCron() refuses "${line}"`, () => strictEqual(parseCron(line), undefined));
}

const RRULES: readonly [rule: string, expected: string[]][] = [
  ["FREQ=DAILY;COUNT=2", ["06-02", "06-03"]],
  ["FREQ=DAILY;INTERVAL=10", ["06-02", "06-12", "06-22", "07-02"]],
  ["FREQ=DAILY;UNTIL=20260603", ["06-02", "06-03"]],
  ["FREQ=DAILY;UNTIL=20260603T010000", ["06-02"]],
  ["FREQ=WEEKLY", ["06-02", "06-09", "06-16", "06-23", "06-30"]],
  ["FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SA", ["06-06", "06-15", "06-20", "06-29", "07-04"]],
  ["RRULE:FREQ=MONTHLY;BYDAY=1SU", ["06-07", "07-05"]],
  ["FREQ=MONTHLY;BYDAY=-1FR", ["06-26"]],
  ["FREQ=MONTHLY;BYMONTHDAY=-1", ["06-30"]],
  ["FREQ=MONTHLY;BYMONTHDAY=13,20", ["06-13", "06-20"]],
  ["freq=monthly;byday=MO;bymonthday=15", ["06-15"]],
  ["FREQ=MONTHLY;INTERVAL=2", ["06-02"]],
];

const START = Temporal.PlainDateTime.from("2026-06-02T03:00");

for (const [rule, expected] of RRULES) {
  Deno.test(`parseRrule() understands ${rule}`, () => {
    const times = between(parseRrule(rule, START)!, "UTC", "2026-06-01T00:00", "2026-07-06T00:00");
    deepStrictEqual(times, expected.map((day) => `${day}T03:00+00:00`));
  });
}

const NO_RRULES = ["", "FREQ=YEARLY", "FREQ=DAILY;COUNT=0", "FREQ=WEEKLY;BYDAY=1MO", "BYDAY=MO"];
NO_RRULES.push("FREQ=DAILY;COUNT=1;UNTIL=20260101", "FREQ=DAILY;UNTIL=20260231", "FREQ=DAILY;X=1");
NO_RRULES.push("FREQ=DAILY;FREQ=DAILY", "FREQ=WEEKLY;BYMONTHDAY=1", "FREQ=DAILY;INTERVAL=1=1");

for (const rule of NO_RRULES) {
  Deno.test(`parseRrule() refuses "${rule}"`, () => {
    strictEqual(parseRrule(rule, START), undefined);
  });
}

Deno.test("instantsBetween() finds the same, however a span is divided", () => {
  const rules = RRULES.map(([rule]) => parseRrule(rule, START)!);
  const all = [...rules, DAILY_AT_230, ...CRON.map(([line]) => parseCron(line)!)];
  const hours = fc.integer({ min: 0, max: 400 * 24 });
  fc.assert(fc.property(
    fc.constantFrom(...all),
    fc.constantFrom(...CHANGES.map(([zone]) => zone)),
    fc.tuple(hours, hours, hours),
    (recurrence, zone, [...ends]) => {
      const instants = ends.sort((a, b) => a - b).map((hour) =>
        Temporal.Instant.from("2026-01-01T00:00:00.5Z").add({ hours: hour })
      );
      const times = (first: number, last: number) =>
        [...instantsBetween(recurrence, zone, instants[first]!, instants[last]!)].map(String);
      deepStrictEqual([...times(0, 1), ...times(1, 2)], times(0, 2));
    },
  ));
});

Deno.test("isTimeZone() knows zones of the IANA database alone", () => {
  for (const zone of ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"]) {
    ok(isTimeZone(zone), zone);
  }
  for (const zone of ["", "+02:00", "Berlin", "Europe/Atlantis", "UTC\n"]) {
    ok(!isTimeZone(zone), zone);
  }
});
