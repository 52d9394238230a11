import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  dayStateOf,
  dayTable,
  detailedUptimeBars,
  uptimeBars,
} from "../../../src/web/pages/uptime_bars.ts";
import { duration } from "../../../src/web/pages/markup.ts";

const DAY_MS = 86_400_000;

function day(parts: { upMs?: number; degradedMs?: number; downMs?: number }) {
  const { upMs = 0, degradedMs = 0, downMs = 0 } = parts;
  const day = new Date("2026-05-01T00:00:00Z");
  return { day, upMs, degradedMs, downMs, inconclusiveMs: 0, windowMs: DAY_MS };
}

for (
  const [parts, state] of [
    [{}, "unknown"],
    [{ upMs: DAY_MS }, "up"],
    [{ upMs: DAY_MS / 2 }, "up"],
    [{ upMs: DAY_MS / 2 - 1 }, "partial"],
    [{ upMs: DAY_MS - 1, degradedMs: 1 }, "degraded"],
    [{ upMs: DAY_MS - 1, downMs: 1 }, "minor"],
    [{ upMs: 99, downMs: 1 }, "minor"],
    [{ upMs: 98, downMs: 1 }, "down"],
    [{ downMs: 1 }, "down"],
  ] as const
) {
  Deno.test(`dayStateOf() is ${state}, when a day has ${JSON.stringify(parts)}`, () => {
    strictEqual(dayStateOf(day(parts)), state);
  });
}

Deno.test("uptimeBars() has one path for each color, and says the bad days in words", () => {
  const days = [day({ upMs: 1 }), day({ downMs: 1 }), day({ upMs: 1 }), day({})];
  const bars = `${uptimeBars(days)}`;
  deepStrictEqual([...bars.matchAll(/class="day (\w+)" d="(.*?)"/g)].map(([, ...of]) => of), [
    ...[["partial", "M0 14h4M10 14h4"], ["down", "M5 14h4"], ["unknown", "M15 14h4"]],
  ]);
  match(bars, /<title>4 days: 1 with downtime, the last on 2026-05-01; 1 unknown<\/title>/);
  const calm = `${uptimeBars([day({ upMs: 1 }), day({ upMs: 1 })])}`;
  match(calm, /d="M0 14h9"/);
  match(calm, /<title>2 days: none with downtime<\/title>/);
});

Deno.test("detailedUptimeBars() has a tooltip for each day", () => {
  const bars = `${detailedUptimeBars([day({ upMs: DAY_MS - 90_000, downMs: 90_000 }), day({})])}`;
  ok(bars.includes("2026-05-01: up 99.89 %, down for 90 s"), bars);
  ok(bars.includes("2026-05-01: no data"));
});

Deno.test("dayTable() says of each day how long it was down, and how long nobody looked", () => {
  const table = `${dayTable([day({ upMs: DAY_MS / 2, downMs: 1 }), day({ upMs: DAY_MS })])}`;
  const rows = [...table.matchAll(/<th scope="row">(.*?)<\/tr>/gs)].map(([, row]) =>
    row!.split(/\s*<[^>]*>\s*/).filter((text) => text !== "").join(", ")
  );
  deepStrictEqual(rows, ["2026-05-01, 100 %, –, –", "2026-05-01, 99.99 %, 1 s, 12 h"]);
});

Deno.test("duration() says microseconds in a unit that fits", () => {
  deepStrictEqual([999, 1_500, 2_100_000].map(duration), ["999 µs", "2 ms", "2.1 s"]);
});
