/**
 * Response times by hour or by day: drawn here, and redrawn by uPlot where there is JavaScript,
 * which reads the points from the element.
 */
import { html } from "hono/html";
import type { Outcome } from "../../report/outcome.ts";
import { DAY_MS, HOUR_MS } from "../../runtime/time_units.ts";
import type { Incident, LatencyPoint, LatencyStep } from "../../status/queries.ts";
import { texts } from "../texts/texts.ts";
import type { TimeZone } from "../time_zone.ts";
import { figureTable, type Html, note } from "./markup.ts";

const WIDTH = 720;
const HEIGHT = 180;
const STEP_MS: Readonly<Record<LatencyStep, number>> = { hour: HOUR_MS, day: DAY_MS };
/** With more days than these, a point is a day. */
const DAYS_BY_HOUR_MAX = 30;
/** The line is interrupted where there was no response for more steps than these. */
const BREAK_STEPS = 2;
/** The ends of the scale, times a power of ten. */
const ROUND_TOPS = [1, 2, 4, 6, 8, 10] as const;

const LINES = ["p50", "p95"] as const;

/** A point of the lines; null interrupts them. */
interface Mark {
  readonly atMs: number;
  readonly p50: number | null;
  readonly p95: number | null;
}

export interface LatencyChartOptions {
  readonly days: number;
  readonly now: Date;
  readonly zone: TimeZone;
  /** Are marked. */
  readonly incidents: readonly Incident[];
}

/** What a point of so many days says. */
export function latencyStepOf(days: number): LatencyStep {
  return days > DAYS_BY_HOUR_MAX ? "day" : "hour";
}

/** The chart of `days` until now, however few points there are. */
export function latencyChart(
  points: readonly LatencyPoint[],
  { days, now, zone, incidents }: LatencyChartOptions,
): Html {
  if (points.length === 0) return note(texts().noResponses);
  const untilMs = now.getTime();
  const fromMs = untilMs - days * DAY_MS;
  const stepMs = STEP_MS[latencyStepOf(days)];
  const marks = marksOf(points, { fromMs, untilMs, stepMs });
  const troubles = incidents.map(({ began_at, ended_at, unknown_since, outcome }): Trouble => ({
    fromMs: Math.max(began_at.getTime(), marks[0]!.atMs),
    untilMs: (unknown_since ?? ended_at ?? now).getTime(),
    outcome,
  })).filter((trouble) => trouble.untilMs > trouble.fromMs);
  const spans = troubles.map(({ fromMs, untilMs, outcome }) => [
    Math.floor(fromMs / 1_000),
    Math.ceil(untilMs / 1_000),
    outcome,
  ]);
  const data = [
    marks.map(({ atMs }) => Math.round(atMs / 1_000)),
    ...LINES.map((line) => marks.map((mark) => mark[line])),
  ];
  return html`
    <figure class="latency">
      <div class="chart" data-points="${JSON.stringify(data)}" data-zone="${zone.name}"
        data-incidents="${JSON.stringify(
          spans,
        )}">${drawing(marks, troubles, zone)}
    <button type="button" class="reset" hidden>${texts().resetZoom}</button></div>
      <figcaption><span class="key p50">p50</span> <span class="key p95">p95</span>
          ${spans.length === 0
            ? ""
            : html`<span class="key trouble">${texts().incident}</span>`}</figcaption>
    </figure>
  `;
}

/** An incident on the chart. */
interface Trouble {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly outcome: Outcome;
}

/** From the beginning to the end of the chart, with a break wherever responses are missing. */
function marksOf(
  points: readonly LatencyPoint[],
  { fromMs, untilMs, stepMs }: {
    readonly fromMs: number;
    readonly untilMs: number;
    readonly stepMs: number;
  },
): Mark[] {
  const nothing = (atMs: number): Mark => ({ atMs, p50: null, p95: null });
  const marks = points.flatMap(({ at, p50Ms, p95Ms }, index): Mark[] => {
    const atMs = at.getTime();
    const beforeMs = points[index - 1]?.at.getTime() ?? atMs;
    const mark = { atMs, p50: Math.round(p50Ms), p95: Math.round(p95Ms) };
    return atMs - beforeMs > BREAK_STEPS * stepMs ? [nothing(beforeMs + stepMs), mark] : [mark];
  });
  const isLate = marks[0]!.atMs > fromMs;
  return [...(isLate ? [nothing(fromMs)] : []), ...marks, nothing(untilMs)];
}

function drawing(marks: readonly Mark[], troubles: readonly Trouble[], zone: TimeZone): Html {
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
  const spans = troubles.map(({ fromMs, untilMs, outcome }) =>
    html`
      <rect class="trouble ${outcome}" x="${x(fromMs)}" width="${Math.max(
        1,
        Number(x(untilMs)) - Number(x(fromMs)),
      ).toFixed(1)}" height="${HEIGHT}" />
    `
  );
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
        aria-label="${texts().atMost(
          top,
        )}">${spans}<path class="middle" d="${middle}"/><path class="band" d="${bandPath(
          marks,
          x,
          y,
        )}"/>${lines}</svg>
      <p class="scale" aria-hidden="true">${scale}</p>
    </div>
    <p class="barsfoot"><span>${zone.clock(new Date(fromMs)).slice(
      0,
      16,
    )}</span><span>${texts().now}</span></p>
  `;
}

/** From p50 to p95 and back, once for each part without a break. */
function bandPath(
  marks: readonly Mark[],
  x: (atMs: number) => string,
  y: (ms: number) => string,
): string {
  const parts: Mark[][] = [[]];
  for (const mark of marks) {
    if (mark.p50 === null) parts.push([]);
    else parts.at(-1)!.push(mark);
  }
  return parts.filter((part) => part.length > 1).map((part) => {
    const corners = [
      ...part.map(({ atMs, p95 }) => `${x(atMs)} ${y(p95!)}`),
      ...part.toReversed().map(({ atMs, p50 }) => `${x(atMs)} ${y(p50!)}`),
    ];
    return `M${corners.join("L")}Z`;
  }).join("");
}

/** The smallest round number that is at least `ms`, and at least 2. */
function roundTop(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(2, ms)));
  return Math.max(2, ROUND_TOPS.find((top) => top * power >= ms)! * power);
}

/** The figures of the chart, the newest first. */
export function latencyTable(
  points: readonly LatencyPoint[],
  { days, zone }: Pick<LatencyChartOptions, "days" | "zone">,
): Html {
  if (points.length === 0) return note(texts().noResponses);
  const isByDay = latencyStepOf(days) === "day";
  const rows = points.toReversed().map(({ at, responses, meanMs, p50Ms, p95Ms, p99Ms }) => [
    isByDay ? at.toISOString().slice(0, 10) : zone.clock(at).slice(0, 16),
    responses,
    ...[meanMs, p50Ms, p95Ms, p99Ms].map((ms) => `${Math.round(ms)} ms`),
  ]);
  const titles = [
    isByDay ? `${texts().dayTitle} (UTC)` : `${texts().hour} (${zone.name})`,
    texts().responses,
    texts().mean,
    "p50",
    "p95",
    "p99",
  ];
  return figureTable(isByDay ? texts().byDay : texts().byHour, titles, rows);
}
