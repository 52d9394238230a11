/**
 * Response times by hour: drawn here, and redrawn by uPlot where there is JavaScript,
 * which reads the points from the element.
 */
import { DAY_MS, HOUR_MS } from "../../runtime/time_units.ts";
import { html } from "hono/html";
import type { LatencyPoint } from "../../status/queries.ts";
import { type Html, utc } from "./markup.ts";

const WIDTH = 720;
const HEIGHT = 180;
/** The line is interrupted where there was no response for longer than this. */
const BREAK_MS = 2 * HOUR_MS;
/** The ends of the scale, times a power of ten. */
const ROUND_TOPS = [1, 2, 4, 6, 8, 10] as const;

const LINES = ["p50", "p95"] as const;

export interface LatencyChartOptions {
  /** The chart always spans these days until now. */
  readonly days: number;
  readonly now: Date;
}

/** A point of the lines; null interrupts them. */
interface Mark {
  readonly atMs: number;
  readonly p50: number | null;
  readonly p95: number | null;
}

/** The chart, with its figures in a table below. */
export function latencyChart(
  points: readonly LatencyPoint[],
  { days, now }: LatencyChartOptions,
): Html {
  if (points.length === 0) return html`<p class="note">No responses in this period.</p>`;
  const untilMs = now.getTime();
  const marks = marksOf(points, { fromMs: untilMs - days * DAY_MS, untilMs });
  const data = [
    marks.map(({ atMs }) => Math.round(atMs / 1_000)),
    ...LINES.map((line) => marks.map((mark) => mark[line])),
  ];
  return html`
    <figure class="latency">
      <div class="chart" data-points="${JSON.stringify(data)}">${drawing(marks)}</div>
      <figcaption><span class="key p50">p50</span>
    <span class="key p95">p95</span></figcaption>
    </figure>
    <details><summary>Show as table</summary>${figures(points)}</details>
  `;
}

/** From the beginning to the end of the chart, with a break wherever responses are missing. */
function marksOf(
  points: readonly LatencyPoint[],
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
): Mark[] {
  const nothing = (atMs: number): Mark => ({ atMs, p50: null, p95: null });
  const marks = points.flatMap(({ hour, p50Ms, p95Ms }, index): Mark[] => {
    const atMs = hour.getTime();
    const beforeMs = points[index - 1]?.hour.getTime() ?? atMs;
    const mark = { atMs, p50: Math.round(p50Ms), p95: Math.round(p95Ms) };
    return atMs - beforeMs > BREAK_MS ? [nothing(beforeMs + HOUR_MS), mark] : [mark];
  });
  const isLate = marks[0]!.atMs > fromMs;
  return [...(isLate ? [nothing(fromMs)] : []), ...marks, nothing(untilMs)];
}

function drawing(marks: readonly Mark[]): Html {
  const fromMs = marks[0]!.atMs;
  const untilMs = marks.at(-1)!.atMs;
  const top = roundTop(Math.max(...marks.map(({ p95 }) => p95 ?? 0)));
  const x = (atMs: number) => ((atMs - fromMs) / (untilMs - fromMs) * WIDTH).toFixed(1);
  const y = (ms: number) => (HEIGHT - ms / top * (HEIGHT - 4) - 2).toFixed(1);
  const path = (line: (typeof LINES)[number]) =>
    marks.map((mark, index) => {
      const ms = mark[line];
      if (ms === null) return "";
      // A single point between gaps is a dot: a stroke of length 0 with round caps.
      const begins = (marks[index - 1]?.[line] ?? null) === null;
      return `${begins ? "M" : "L"}${x(mark.atMs)} ${y(ms)}${begins ? "h0" : ""}`;
    }).join("");
  const middle = `M0 ${y(top / 2)}h${WIDTH}`;
  return html`
    <div class="plot">
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img"
        aria-label="Response times, at most ${top} ms"><path class="middle" d="${middle}"/>${LINES
          .map((line) =>
            html`
              <path class="line ${line}" d="${path(line)}" />
            `
          )}</svg>
      <p class="scale"
        aria-hidden="true"><span>${top} ms</span><span>${top /
          2} ms</span><span>0 ms</span></p>
    </div>
    <p class="barsfoot"><span>${utc(new Date(fromMs)).slice(0, 16)}</span><span>now</span></p>
  `;
}

/** The smallest round number that is at least `ms`, and at least 2. */
function roundTop(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(2, ms)));
  return Math.max(2, ROUND_TOPS.find((top) => top * power >= ms)! * power);
}

function figures(points: readonly LatencyPoint[]): Html {
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="Response times by hour">
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">Hour</th>
            <th scope="col">Responses</th>
            <th scope="col">Mean</th>
            <th scope="col">p50</th>
            <th scope="col">p95</th>
            <th scope="col">p99</th>
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
