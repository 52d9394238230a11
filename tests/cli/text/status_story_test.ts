import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { dayStrip, sparkline, storyText } from "../../../src/cli/text/status_story.ts";
import { textWidth } from "../../../src/cli/text/terminal_text.ts";
import type { Coverage, Incident, SiteStatus } from "../../../src/status/queries.ts";
import { aSiteStatus } from "../../web/site_status.ts";
import { FakeTerminal } from "./fake_terminal.ts";

const NOW = new Date("2026-05-01T12:30:00Z");
const HOUR_MS = 3_600_000;

function coverage(upMs: number, downMs: number): Coverage {
  return { upMs, downMs, degradedMs: 0, inconclusiveMs: 0, windowMs: upMs + downMs };
}

function day(upMs: number, downMs: number) {
  return { ...coverage(upMs, downMs), day: NOW };
}

function point(hoursAgo: number, ms: number) {
  const hour = new Date(NOW.getTime() - hoursAgo * HOUR_MS - HOUR_MS / 2);
  return { at: hour, responses: 1, meanMs: ms, p50Ms: ms, p95Ms: ms, p99Ms: ms };
}

function aStory(overrides: Partial<SiteStatus> = {}) {
  const [window, status] = [coverage(999, 1), aSiteStatus(overrides)];
  const [up, down] = ["up", "down"] as const;
  return {
    history: {
      status,
      transitions: [
        { at: new Date(NOW.getTime() - 90_000), from: down, to: up, reason: null },
        { at: new Date(NOW.getTime() - 3 * HOUR_MS), from: up, to: down, reason: "dns" as const },
      ],
      latency: [point(3, 40), point(1, 80), point(0, 10)],
      failures: [],
      recent: [],
    },
    uptime: { ...status, windows: { 1: window, 7: window, 30: window, 90: coverage(99, 1) } },
    days: [day(0, 0), day(1, 1), day(1, 0)],
    incidents: [anIncident(), anIncident({ ended_at: null }), anIncident({ unknown_since: KNOWN })],
  };
}

const KNOWN = new Date("2026-05-01T09:35:00Z");

function anIncident(overrides: Partial<Incident> = {}): Incident {
  return {
    ...{ site: "shop", location: "default", outcome: "down", reason: "dns" },
    began_at: new Date("2026-05-01T09:30:00Z"),
    ended_at: new Date("2026-05-01T09:45:12Z"),
    ...{ unknown_since: null, duration_ms: 912_000, error_text: "no such name" },
    ...overrides,
  };
}

/** The lines of a story, in a terminal of any width. */
function lines(story: ReturnType<typeof aStory>, terminal = new FakeTerminal()): string[] {
  return storyText(story, { note: { acknowledged: undefined, work: [] }, now: NOW, terminal })
    .split("\n");
}

Deno.test("storyText() shows a site's uptimes, days, hours, incidents and changes", () => {
  deepStrictEqual(lines(aStory()), [
    "shop at default",
    "outcome    up for 30 d",
    "url        https://shop.example/",
    "checked    30 min ago, 40 ms",
    "uptime     1 d 99.90 %  7 d 99.90 %  30 d 99.90 %  90 d 99.00 %",
    "days       ·▁█",
    "hours      ▅·█▂  p95 up to 80 ms",
    "incidents  2026-05-01 09:30:00 to 2026-05-01 09:45:12 UTC, 15 min 12 s: dns: no such name",
    "           2026-05-01 09:30:00 UTC, ongoing, 15 min 12 s: dns: no such name",
    "           2026-05-01 09:30:00 UTC, unknown since 2026-05-01 09:35:00, 15 min 12 s: " +
    "dns: no such name",
    "changes    90 s ago    up",
    "           3 h ago     down (dns)",
    "",
  ]);
});

Deno.test("storyText() says once how little is known of a new site", () => {
  const story = aStory();
  const window = { ...coverage(120_000, 0), windowMs: 24 * HOUR_MS };
  const windows = { 1: window, 7: window, 30: window, 90: window };
  const text = lines({ ...story, uptime: { ...story.uptime, windows } })[4];
  strictEqual(text, "uptime     100 % of the 2 min known");
});

Deno.test("storyText() says when a site is stale, and why it is down", () => {
  const down = { stale: true, outcome: "down", reason: "dns", error_text: "no such name" } as const;
  deepStrictEqual(lines(aStory(down)).slice(1, 3), [
    "outcome    down (stale), unknown since 2026-05-01 12:00:10 UTC",
    "reason     dns: no such name",
  ]);
});

Deno.test("storyText() fits any width, and lets no control character through", () => {
  const evil = `\x1b[2J${"x".repeat(300)}`;
  const days = Array.from({ length: 90 }, () => day(1, 0));
  const story = { ...aStory({ site: evil, url: evil, reason: "dns", error_text: evil }), days };
  for (let columns = 12; columns < 130; columns++) {
    for (const line of lines(story, new FakeTerminal({ columns }))) {
      ok(textWidth(line) <= columns, line);
      ok(!line.includes("\x1b"));
    }
  }
});

Deno.test("storyText() colors the outcome, when the terminal has colors", () => {
  const outcome = lines(aStory(), new FakeTerminal({ hasColor: true }))[1]!;
  ok(outcome.includes("\x1b[32mup for 30 d\x1b[0m"), outcome);
});

Deno.test("dayStrip() tells a day that was wholly up from one that nearly was", () => {
  strictEqual(dayStrip([day(1, 0), day(999, 1), day(95, 5), day(1, 1), day(0, 0)]), "█▆▃▁·");
});

Deno.test("dayStrip() tells a day of which little is known from one that was up", () => {
  strictEqual(dayStrip([{ ...day(1, 0), windowMs: 3 }]), "░");
});

Deno.test("sparkline() is as long as the hours up to now", () => {
  strictEqual(sparkline([point(2, 7)], NOW), "█··");
  strictEqual(sparkline([point(0, 0)], NOW), "▁");
});
