/**
 * Response times by hour: drawn here, and redrawn by uPlot where there is JavaScript,
 * which reads the points from the element.
 */
import { html } from "hono/html";
import { DAY_MS, HOUR_MS } from "../../runtime/time_units.ts";
import type { LatencyPoint } from "../../status/queries.ts";
import { figureTable, folded, type Html, note, utc } from "./markup.ts";

const WIDTH = 720;
const HEIGHT = 180;
/** The line is interrupted where there was no response for longer than this. */
const BREAK_MS = 2 * HOUR_MS;
/** The ends of the scale, times a power of ten. */
const ROUND_TOPS = [1, 2, 4, 6, 8, 10] as const;

const LINES = ["p50", "p95"] as const;

/** A point of the lines; null interrupts them. */
interface Mark {
  readonly atMs: number;
  readonly p50: number | null;
  readonly p95: number | null;
}

/** The chart of `days` until now, however few points there are, with its figures in a table below. */
export function latencyChart(
  points: readonly LatencyPoint[],
  { days, now }: { readonly days: number; readonly now: Date },
): Html {
  if (points.length === 0) return note("No responses in this period.");
  const untilMs = now.getTime();
  const marks = marksOf(points, { fromMs: untilMs - days * DAY_MS, untilMs });
  const data = [
    marks.map(({ atMs }) => Math.round(atMs / 1_000)),
    ...LINES.map((line) => marks.map((mark) => mark[line])),
  ];
  return html`
    <figure class="latency">
      <div class="chart" data-points="${JSON.stringify(data)}">${drawing(marks)}</div>
      <figcaption><span class="key p50">p50</span> <span class="key p95">p95</span></figcaption>
    </figure>
    ${folded("Show as table", figures(points))}
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
  const lines = LINES.map((line) =>
    html`
      <path class="line ${line}" d="${path(line)}" />
    `
  );
  const scale = [top, top / 2, 0].map((ms) => html`<span>${ms} ms</span>`);
  return html`
    <div class="plot">
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img"
        aria-label="Response times, at most ${top} ms"><path class="middle" d="${middle}"/>${lines}</svg>
      <p class="scale" aria-hidden="true">${scale}</p>
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
  const rows = points.toReversed().map(({ hour, responses, meanMs, p50Ms, p95Ms, p99Ms }) => [
    utc(hour).slice(0, 16),
    responses,
    ...[meanMs, p50Ms, p95Ms, p99Ms].map((ms) => `${Math.round(ms)} ms`),
  ]);
  const titles = ["Hour", "Responses", "Mean", "p50", "p95", "p99"];
  return figureTable("Response times by hour", titles, rows);
}
