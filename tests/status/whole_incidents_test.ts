import { deepStrictEqual } from "node:assert/strict";
import type { Incident } from "../../src/status/queries.ts";
import { placesOf, wholeIncidents } from "../../src/status/whole_incidents.ts";
import { anIncident } from "../web/site_status.ts";

const DAY = Date.UTC(2026, 4, 1);

function at(second: number): Date {
  return new Date(DAY + second * 1_000);
}

/** From a second until another, or without an end; watched all the time, or until it was unknown. */
function seen(
  location: string,
  [from, until, unknown]: readonly [from: number, until?: number | undefined, unknown?: number],
  more: Partial<Incident> = {},
): Incident {
  return anIncident({
    location,
    began_at: at(from),
    ended_at: until === undefined ? null : at(until),
    unknown_since: unknown === undefined ? null : at(unknown),
    duration_ms: ((unknown ?? until ?? 100) - from) * 1_000,
    ...more,
  });
}

/** Locations, begin, end or since when it is unknown, and seconds that were watched. */
function wholes(...incidents: readonly Incident[]) {
  return wholeIncidents(incidents).map((whole) => {
    const { began_at, ended_at, unknown_since, duration_ms } = whole;
    const second = (time: Date) => (time.getTime() - DAY) / 1_000;
    const unknown = unknown_since && `unknown since ${second(unknown_since)}`;
    const end = unknown ?? (ended_at === null ? "lasts" : second(ended_at));
    return [placesOf(whole).join(), second(began_at), end, duration_ms / 1_000];
  });
}

const CASES: readonly [what: string, Incident[], ReturnType<typeof wholes>][] = [
  ["one inside another", [seen("a", [0, 50]), seen("b", [10, 20])], [["a,b", 0, 50, 50]]],
  ["a chain", [seen("a", [0, 20]), seen("b", [10, 40]), seen("a", [30, 60])], [["a,b", 0, 60, 60]]],
  ["what touches", [seen("a", [0, 10]), seen("b", [10, 20])], [["a,b", 0, 20, 20]]],
  ["what does not", [seen("a", [0, 10]), seen("b", [11, 20])], [
    ["b", 11, 20, 9],
    ["a", 0, 10, 10],
  ]],
  ["one that lasts", [seen("a", [0]), seen("b", [50, 60]), seen("b", [70])], [
    ["a,b", 0, "lasts", 100],
  ]],
  ["one that lasts elsewhere", [seen("a", [0, 20]), seen("b", [10])], [["a,b", 0, "lasts", 100]]],
  [
    "one that is no longer watched, until it was",
    [seen("a", [0, undefined, 20]), seen("b", [10, 30]), seen("b", [50, 60])],
    [["b", 50, 60, 10], ["a,b", 0, "unknown since 30", 30]],
  ],
  [
    "one that is no longer watched at one of two",
    [seen("a", [0, undefined, 20]), seen("b", [10])],
    [["a,b", 0, "lasts", 100]],
  ],
  [
    "other sites apart",
    [seen("a", [0, 50]), seen("b", [10, 20], { site: "blog" })],
    [["b", 10, 20, 10], ["a", 0, 50, 50]],
  ],
];

for (const [what, incidents, expected] of CASES) {
  Deno.test(`wholeIncidents() joins what overlaps at a site: ${what}`, () => {
    deepStrictEqual(wholes(...incidents), expected);
    deepStrictEqual(wholes(...incidents.toReversed()), expected);
  });
}

Deno.test("wholeIncidents() has the cause of what began first, and the worst outcome", () => {
  const [whole] = wholeIncidents([
    seen("b", [10, 20], { outcome: "down", reason: "dns" }),
    seen("a", [0, 50], { outcome: "degraded", reason: "slow" }),
    seen("c", [15, 25], { outcome: "inconclusive", reason: null }),
  ]);
  const { location, outcome, reason, parts } = whole!;
  deepStrictEqual([location, outcome, reason], ["a", "down", "slow"]);
  deepStrictEqual(parts.map((part) => part.location), ["c", "b", "a"]);
});

Deno.test("wholeIncidents() is what it is of, where there is one location", () => {
  const incidents = [seen("a", [30]), seen("a", [10, 20, 15])];
  deepStrictEqual(wholeIncidents(incidents), incidents.map((one) => ({ ...one, parts: [one] })));
});

Deno.test("wholeIncidents() of the newest is not the newest of all: an older one may join them", () => {
  const newest = Array.from({ length: 9 }, (_, n) => seen("b", [10 * n + 10, 10 * n + 12]));
  deepStrictEqual(wholes(...newest).length, 9);
  deepStrictEqual(wholes(seen("a", [0]), ...newest), [["a,b", 0, "lasts", 100]]);
});
