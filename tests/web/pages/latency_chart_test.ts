import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { LatencyPoint } from "../../../src/status/queries.ts";
import { timeZone } from "../../../src/web/time_zone.ts";
import { anIncident } from "../site_status.ts";
import { latencyChart, type LatencyChartOptions } from "../../../src/web/pages/latency_chart.ts";

const HOUR_MS = 3_600_000;
const NOW = new Date("2026-05-02T12:30:00Z");

/** Hours before the running one, each with the same answers. */
function points(hoursAgo: readonly number[], p95Ms = 80): LatencyPoint[] {
  const runningMs = NOW.getTime() - NOW.getTime() % HOUR_MS;
  return hoursAgo.map((ago) => ({
    at: new Date(runningMs - ago * HOUR_MS),
    responses: 60,
    meanMs: 40,
    p50Ms: p95Ms / 2,
    p95Ms,
    p99Ms: 90,
  }));
}

function chart(
  hoursAgo: readonly number[],
  p95Ms?: number,
  options: Partial<LatencyChartOptions> = {},
): string {
  return `${
    latencyChart(points(hoursAgo, p95Ms), {
      days: 1,
      now: NOW,
      zone: timeZone({}),
      incidents: [],
      ...options,
    })
  }`;
}

/** What uPlot is given: hours before now, and the figures. */
function dataOf(markup: string): [number[], (number | null)[], (number | null)[]] {
  const json = /data-points="(.*?)"/.exec(markup)![1]!;
  const [seconds, ...lines] = JSON.parse(json.replaceAll("&quot;", '"'));
  return [seconds.map((at: number) => (NOW.getTime() / 1_000 - at) / 3_600), ...lines] as never;
}

Deno.test("latencyChart() is as wide as the days asked for, however few answers there are", () => {
  const markup = chart([0]);
  deepStrictEqual(dataOf(markup), [[24, 0.5, 0], [null, 40, null], [null, 80, null]]);
  match(markup, /2026-05-01 12:30/);
  // A stroke of no length, which round ends make a dot.
  match(markup, /class="line p95" d="M705\.0 \d+\.\dh0"/);
});

Deno.test("latencyChart() breaks its lines where nothing answered", () => {
  const markup = chart([5, 4, 1]);
  deepStrictEqual(dataOf(markup)[2], [null, 80, 80, null, 80, null]);
  deepStrictEqual(dataOf(markup)[0], [24, 5.5, 4.5, 3.5, 1.5, 0]);
  const line = /class="line p50" d="(.*?)"/.exec(markup)![1]!;
  strictEqual(line.match(/M/g)!.length, 2);
  strictEqual(line.match(/L/g)!.length, 1);
});

Deno.test("latencyChart() has a point a day, when there are more than 30 days", () => {
  const days = (...ago: number[]) => ago.map((day) => day * 24 + 12);
  const markup = chart(days(6, 5, 4, 1), 80, { days: 90 });
  deepStrictEqual(dataOf(markup)[0], [90 * 24, 156.5, 132.5, 108.5, 84.5, 36.5, 0]);
  const band = /class="band" d="(.*?)"/.exec(markup)![1]!;
  // The one that stands alone has no area.
  strictEqual(band.match(/M/g)!.length, 1);
  strictEqual(band.match(/L/g)!.length, 5);
});

Deno.test("latencyChart() marks incidents as far as they are known and in its days", () => {
  const at = (hoursAgo: number) => new Date(NOW.getTime() - hoursAgo * HOUR_MS);
  const incident = (began: number, ended: number | null, unknown: number | null = null) =>
    anIncident({
      began_at: at(began),
      ended_at: ended === null ? null : at(ended),
      unknown_since: unknown === null ? null : at(unknown),
    });
  const incidents = [
    ...[incident(2, null), incident(6, 3, 5), incident(48, 20), incident(50, 49)],
  ];
  const markup = chart([5, 4, 1], 80, { incidents });
  const json = /data-incidents="(.*?)"/.exec(markup)![1]!.replaceAll("&quot;", '"');
  const spans = (JSON.parse(json) as [number, number, string][]).map((
    [from, to, outcome],
  ) => [...[from, to].map((seconds) => (NOW.getTime() / 1_000 - seconds) / 3_600), outcome]);
  deepStrictEqual(spans, [[2, 0, "down"], [6, 5, "down"], [24, 20, "down"]]);
  strictEqual(markup.match(/<rect class="trouble down"/g)!.length, 3);
  match(markup, /Incident<\/span>/);
  ok(!chart([5]).includes("trouble"));
});

for (
  const [p95Ms, top] of [[0, 2], [2, 2], [3, 4], [80, 80], [81, 100], [4_100, 6_000]] as const
) {
  Deno.test(`latencyChart() has a scale up to ${top} ms, when the slowest took ${p95Ms}`, () => {
    const markup = chart([0], p95Ms);
    ok(markup.includes(`<span>${top} ms</span><span>${top / 2} ms</span>`), markup);
  });
}

Deno.test("latencyChart() says so, when nothing answered", () => {
  match(chart([]), /No responses in this period/);
});
