/** Ninety days as bars: the color is the worst state of the day, the text its uptime. */
import { html } from "hono/html";
import type { Coverage, DayCoverage } from "../../status/queries.ts";
import { isMostlyUnknown, unknownMsOf, uptimeOf } from "../../status/uptime.ts";
import { spanWords, uptimeWords } from "../texts/figures.ts";
import { texts } from "../texts/texts.ts";
import { figureTable, type Html } from "./markup.ts";

/**
 * The state of a day: any downtime shows; below 1 % of the known time it is minor. A day without any
 * is `partial` where less than half of it is known.
 */
export type DayState = "up" | "partial" | "degraded" | "minor" | "down" | "unknown";

const MINOR_DOWN_PART_MAX = 0.01;
/** A bar and the gap to the next, and the thickness of the line that they are, as `.day` has them. */
const BAR_STEP = 5;
const BAR_HEIGHT = 28;

export function dayStateOf(coverage: Coverage): DayState {
  const uptime = uptimeOf(coverage);
  if (uptime === null) return "unknown";
  if (uptime < 1 - MINOR_DOWN_PART_MAX) return "down";
  if (uptime < 1) return "minor";
  if (coverage.degradedMs > 0) return "degraded";
  return isMostlyUnknown(coverage) ? "partial" : "up";
}

/** One path for each color: ninety rectangles in each of a hundred rows would make a page slow. */
export function uptimeBars(days: readonly DayCoverage[]): Html {
  const paths = new Map<DayState, string>();
  let first = 0;
  days.map(dayStateOf).forEach((state, index, states) => {
    if (state === states[index + 1]) return;
    paths.set(state, (paths.get(state) ?? "") + barsPath(first, index - first + 1));
    first = index + 1;
  });
  return frame(
    days,
    [...paths].map(([state, path]) =>
      html`
        <path class="day ${state}" d="${path}" />
      `
    ),
  );
}

/** With a tooltip for each day. */
export function detailedUptimeBars(days: readonly DayCoverage[]): Html {
  return frame(
    days,
    days.map((day, index) =>
      html`
        <path class="day ${dayStateOf(day)}" d="${barsPath(index, 1)}">
          <title>${dayText(day)}</title>
        </path>
      `
    ),
  );
}

/** The days as a table, for readers who cannot point at a bar; the newest first. */
export function dayTable(days: readonly DayCoverage[]): Html {
  const t = texts();
  const rows = days.toReversed().map((day) => [
    dateOf(day),
    uptimeWords(day),
    downText(day.downMs),
    downText(unknownMsOf(day)),
  ]);
  return figureTable(t.dayByDay, [`${t.dayTitle} (UTC)`, t.uptime, t.down, t.unknownTitle], rows);
}

function frame(days: readonly DayCoverage[], content: readonly Html[]): Html {
  const end = days.length * BAR_STEP - 1;
  return html`
    <svg class="bars" viewBox="0 0 ${end} ${BAR_HEIGHT}" preserveAspectRatio="none" role="img">
      <title>${summary(days)}</title>${content}
    </svg>
  `;
}

/** `90 days: 3 with downtime, the last on 2026-05-01; 12 unknown`. */
function summary(days: readonly DayCoverage[]): string {
  const bad = days.filter((day) => ["down", "minor"].includes(dayStateOf(day)));
  const unknown = days.filter((day) => dayStateOf(day) === "unknown").length;
  const last = bad.at(-1);
  return texts().summaryOfDays(days.length, bad.length, last ? dateOf(last) : "", unknown);
}

/** Days that follow each other are one line, as thick as bars are high; `.day` has the gaps in it. */
function barsPath(first: number, count: number): string {
  return `M${first * BAR_STEP} ${BAR_HEIGHT / 2}h${count * BAR_STEP - 1}`;
}

function dayText(day: DayCoverage): string {
  const uptime = uptimeOf(day);
  if (uptime === null) return `${dateOf(day)}${texts().colon}${texts().noData}`;
  const down = day.downMs > 0 ? downText(day.downMs) : "";
  return texts().dayNote(dateOf(day), uptimeWords(day), down);
}

function dateOf({ day }: DayCoverage): string {
  return day.toISOString().slice(0, 10);
}

/** Rounded up, so that a short time is not shown as none. */
export function downText(ms: number): string {
  return ms === 0 ? "–" : spanWords(Math.ceil(ms / 1_000));
}
