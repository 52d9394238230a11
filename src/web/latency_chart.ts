/**
 * How fast a site answered, hour by hour: drawn here for everybody, and drawn again by uPlot where
 * there is a script, which reads the points from the element.
 */
import { html } from "hono/html";
import type { LatencyPoint } from "../status/queries.ts";
import { type Html, utc } from "./markup.ts";

const WIDTH = 720;
const HEIGHT = 180;
const HOUR_MS = 3_600_000;
/** A line is broken where there was no answer for longer than this. */
const BREAK_MS = 2 * HOUR_MS;

const LINES = [
  { name: "p50", of: ({ p50Ms }: LatencyPoint) => p50Ms },
  { name: "p95", of: ({ p95Ms }: LatencyPoint) => p95Ms },
] as const;

/** The chart with its figures as a table below. */
export function latencyChart(points: readonly LatencyPoint[]): Html {
  if (points.length === 0) return html`<p class="note">No answer in this time.</p>`;
  const data = [
    points.map(({ hour }) => hour.getTime() / 1_000),
    ...LINES.map(({ of }) => points.map((point) => Math.round(of(point)))),
  ];
  return html`
    <figure class="latency">
      <div class="chart" data-points="${JSON.stringify(data)}">${drawing(points)}</div>
      <figcaption><span class="key p50">half of the answers came within</span>
    <span class="key p95">95 % came within</span></figcaption>
    </figure>
    <details><summary>The same as a table</summary>${figures(points)}</details>
  `;
}

function drawing(points: readonly LatencyPoint[]): Html {
  const start = points[0]!.hour.getTime();
  const span = Math.max(HOUR_MS, points.at(-1)!.hour.getTime() - start);
  const top = Math.max(1, ...points.map(({ p95Ms }) => p95Ms));
  const x = ({ hour }: LatencyPoint) => (hour.getTime() - start) / span * WIDTH;
  const y = (ms: number) => HEIGHT - ms / top * (HEIGHT - 4) - 2;
  const path = (of: (point: LatencyPoint) => number) =>
    points.map((point, index) => {
      const before = points[index - 1];
      const begins = before === undefined ||
        point.hour.getTime() - before.hour.getTime() > BREAK_MS;
      return `${begins ? "M" : "L"}${x(point).toFixed(1)} ${y(of(point)).toFixed(1)}`;
    }).join("");
  const label = `Response times, at most ${Math.round(top)} ms`;
  return html`
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img"
      aria-label="${label}">${LINES.map(({ name, of }) =>
        html`
          <path class="line ${name}" d="${path(of)}" />
        `
      )}</svg>
  `;
}

function figures(points: readonly LatencyPoint[]): Html {
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Response times by the hour">
      <table>
        <thead>
          <tr>
            <th scope="col">Hour</th>
            <th scope="col">Answers</th>
            <th scope="col">Mean</th>
            <th scope="col">50 %</th>
            <th scope="col">95 %</th>
            <th scope="col">99 %</th>
          </tr>
        </thead>
        <tbody>${points.toReversed().map((point) =>
          html`<tr><th scope="row">${utc(point.hour).slice(0, 16)}</th><td>${point.responses}</td>${
            [point.meanMs, point.p50Ms, point.p95Ms, point.p99Ms].map((ms) =>
              html`<td>${Math.round(ms)} ms</td>`
            )
          }</tr>`
        )}</tbody>
      </table>
    </div>
  `;
}
