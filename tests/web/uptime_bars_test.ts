import { match, ok, strictEqual } from "node:assert/strict";
import { dayStateOf, detailedUptimeBars, uptimeBars } from "../../src/web/uptime_bars.ts";
import { duration } from "../../src/web/markup.ts";

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

Deno.test("uptimeBars() has one path for each colour, and says the bad days in words", () => {
  const days = [day({ upMs: 1 }), day({ downMs: 1 }), day({ upMs: 1 }), day({})];
  const bars = `${uptimeBars(days)}`;
  strictEqual(bars.match(/<path/g)!.length, 3);
  match(bars, /aria-label="4 days: 1 with downtime"/);
});

Deno.test("detailedUptimeBars() has a tooltip for each day", () => {
  const bars = `${detailedUptimeBars([day({ upMs: DAY_MS - 90_000, downMs: 90_000 }), day({})])}`;
  ok(bars.includes("2026-05-01: 99.89 % up, 2 min down"), bars);
  ok(bars.includes("2026-05-01: no data"));
});

for (
  const [micros, words] of [[999, "999 µs"], [1_500, "2 ms"], [2_100_000, "2.1 s"]] as const
) {
  Deno.test(`duration() says "${words}" of ${micros} µs`, () =>
    strictEqual(duration(micros), words));
}
