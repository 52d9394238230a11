/** Ninety days as bars: the colour says the worst that is known of a day, the words its uptime. */
import { html } from "hono/html";
import { percent } from "../runtime/percent.ts";
import type { Coverage, DayCoverage } from "../status/queries.ts";
import { uptimeOf } from "../status/uptime.ts";
import type { Html } from "./markup.ts";

/** How a day counts: any minute down shows, but less than 1 % of the known time is no bad day. */
export type DayState = "up" | "degraded" | "minor" | "down" | "unknown";

const MINOR_DOWN_PART_MAX = 0.01;
const BAR_STEP = 5;
const BAR_WIDTH = 4;
const BAR_HEIGHT = 28;

export function dayStateOf(coverage: Coverage): DayState {
  const uptime = uptimeOf(coverage);
  if (uptime === null) return "unknown";
  if (uptime < 1 - MINOR_DOWN_PART_MAX) return "down";
  if (uptime < 1) return "minor";
  return coverage.degradedMs > 0 ? "degraded" : "up";
}

/** One path for each colour: ninety rectangles a row would weigh a page of a hundred rows down. */
export function uptimeBars(days: readonly DayCoverage[]): Html {
  const paths = Map.groupBy(
    days.map((day, index) => ({ state: dayStateOf(day), index })),
    (bar) => bar.state,
  );
  return frame(
    days,
    [...paths].map(([state, bars]) =>
      html`
        <path class="day ${state}" d="${bars.map(({ index }) => barPath(index)).join("")}" />
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
        <path class="day ${dayStateOf(day)}" d="${barPath(index)}">
          <title>${dayText(day)}</title>
        </path>
      `
    ),
  );
}

function frame(days: readonly DayCoverage[], content: readonly Html[]): Html {
  const bad = days.filter((day) => ["down", "minor"].includes(dayStateOf(day))).length;
  const label = `${days.length} days: ${bad === 0 ? "none" : bad} with downtime`;
  return html`
    <svg class="bars" viewBox="0 0 ${days.length * BAR_STEP -
      1} ${BAR_HEIGHT}" preserveAspectRatio="none" role="img"
      aria-label="${label}">${content}</svg>
  `;
}

/** A stroke from top to bottom; its width is that of `.day`. */
function barPath(index: number): string {
  return `M${index * BAR_STEP + BAR_WIDTH / 2} 0v${BAR_HEIGHT}`;
}

function dayText(day: DayCoverage): string {
  const date = day.day.toISOString().slice(0, 10);
  const uptime = uptimeOf(day);
  if (uptime === null) return `${date}: no data`;
  const downMinutes = Math.ceil(day.downMs / 60_000);
  return `${date}: ${percent(uptime)} up` + (downMinutes > 0 ? `, ${downMinutes} min down` : "");
}
