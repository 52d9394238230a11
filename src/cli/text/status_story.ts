/** `sitemon status --site NAME` in words: uptimes, days, response times and changes of a site. */
import { HOUR_MS } from "../../runtime/time_units.ts";
import { stateOf } from "../../report/site_state.ts";
import { clockTime, relativeTime, span } from "../../runtime/relative_time.ts";
import {
  type DayCoverage,
  type Incident,
  type LatencyPoint,
  type SiteStatus,
  type Transition,
  UPTIME_WINDOWS_DAYS,
} from "../../status/queries.ts";
import { isMostlyUnknown, uptimeOf, uptimeText } from "../../status/uptime.ts";
import type { SiteStory } from "../../threads/store_task/store_task_thread.ts";
import { causeText, durationText, endText } from "./incident_table.ts";
import { acknowledgedText, type SiteNote, workText } from "./site_notes.ts";
import { STATE_COLORS } from "./status_table.ts";
import type { Terminal } from "./terminal.ts";
import { cutText, printable } from "./terminal_text.ts";
import { painted } from "./text_table.ts";

/** So that the story fits on a screen. */
const TRANSITIONS_SHOWN_MAX = 8;
const INCIDENTS_SHOWN_MAX = 5;
/** The longest is "incidents". */
const LABEL_WIDTH = 11;
const BLOCKS = "▁▂▃▄▅▆▇█";
/** The block of a day, by the uptime that it must have reached. */
const DAY_STEPS = [[1, "█"], [0.99, "▆"], [0.9, "▃"], [0, "▁"]] as const;
/** Up while known, and most of the day is not. */
const PARTIAL = "░";
const UNKNOWN = "·";

/** One site at one location, each line within the width of the terminal. */
export function storyText(
  { history: { status, transitions, latency }, uptime, days, incidents }: SiteStory,
  { note: { acknowledged, work }, now, terminal }: {
    readonly note: SiteNote;
    readonly now: Date;
    readonly terminal: Terminal;
  },
): string {
  const { columns = Infinity, hasColor } = terminal;
  const room = Math.max(1, columns - LABEL_WIDTH);
  const line = (label: string, words: string) =>
    `${label.padEnd(LABEL_WIDTH)}${cutText(printable(words), room)}\n`;
  const head = cutText(printable(`${status.site} at ${status.location}`), columns);
  const color = STATE_COLORS[stateOf(status)];
  const state = cutText(stateText(status, now), room);
  return [
    `${head}\n`,
    `${"outcome".padEnd(LABEL_WIDTH)}${hasColor ? painted(state, color) : state}\n`,
    ...(status.reason ? [line("reason", causeText(status))] : []),
    ...(acknowledged ? [line("acked", acknowledgedText(acknowledged, now))] : []),
    ...work.map((one) => line("work", workText(one, now))),
    line("url", status.url),
    line("checked", `${relativeTime(status.checked_at, now)}, ${status.response_time} ms`),
    line("uptime", uptimesText(uptime)),
    line("days", dayStrip(days.slice(-room))),
    ...latencyLines(latency, now, line),
    ...incidents.slice(0, INCIDENTS_SHOWN_MAX)
      .map((incident, index) => line(index === 0 ? "incidents" : "", incidentText(incident))),
    ...transitions.slice(0, TRANSITIONS_SHOWN_MAX)
      .map((change, index) => line(index === 0 ? "changes" : "", changeText(change, now))),
  ].join("");
}

/** Of a stale site nobody knows whether it is still so. */
function stateText(
  { outcome, stale, since, checked_at, next_check_ms }: SiteStatus,
  now: Date,
): string {
  if (stale) {
    const knownUntil = new Date(checked_at.getTime() + (next_check_ms ?? 0));
    return `${outcome} (stale), unknown since ${clockTime(knownUntil)} UTC`;
  }
  return since === null ? outcome : `${outcome} for ${span(secondsBetween(since, now))}`;
}

/** By window; once, where all of them say the same of a new site. */
function uptimesText(uptime: SiteStory["uptime"]): string {
  const texts = UPTIME_WINDOWS_DAYS.map((days) => uptimeText(uptime?.windows[days]));
  if (new Set(texts).size === 1) return texts[0]!;
  return texts.map((text, index) => `${UPTIME_WINDOWS_DAYS[index]} d ${text}`).join("  ");
}

/** A character a day, oldest first: a block has no downtime, a dot no data. */
export function dayStrip(days: readonly DayCoverage[]): string {
  return days.map((day) => {
    const uptime = uptimeOf(day);
    if (uptime === null) return UNKNOWN;
    if (uptime === 1 && isMostlyUnknown(day)) return PARTIAL;
    return DAY_STEPS.find(([reached]) => uptime >= reached)![1];
  }).join("");
}

function latencyLines(
  points: readonly LatencyPoint[],
  now: Date,
  line: (label: string, words: string) => string,
): string[] {
  if (points.length === 0) return [];
  const slowest = Math.round(Math.max(...points.map(({ p95Ms }) => p95Ms)));
  return [line("hours", `${sparkline(points, now)}  p95 up to ${slowest} ms`)];
}

/** A character an hour up to now, scaled to the slowest hour's p95; a dot where nothing answered. */
export function sparkline(points: readonly LatencyPoint[], now: Date): string {
  const byHour = new Map(points.map((point) => [hourOf(point.at), point.p95Ms]));
  const highest = Math.max(...byHour.values());
  const first = Math.min(...byHour.keys());
  return Array.from({ length: hourOf(now) - first + 1 }, (_, index) => {
    const ms = byHour.get(first + index);
    if (ms === undefined) return UNKNOWN;
    return BLOCKS[Math.round(ms / Math.max(1, highest) * (BLOCKS.length - 1))];
  }).join("");
}

/** `2026-05-01 09:30:00 to 2026-05-01 09:45:12 UTC, 15 min 12 s: dns: no such name`. */
function incidentText(incident: Incident): string {
  const { began_at, ended_at, unknown_since } = incident;
  const isOver = ended_at !== null && unknown_since === null;
  const begun = clockTime(began_at);
  const span = isOver
    ? `${begun} to ${endText(incident)} UTC`
    : `${begun} UTC, ${endText(incident)}`;
  return `${span}, ${durationText(incident)}: ${causeText(incident)}`;
}

function changeText({ at, to, reason }: Transition, now: Date): string {
  return `${relativeTime(at, now).padEnd(12)}${to}${reason === null ? "" : ` (${reason})`}`;
}

function hourOf(time: Date): number {
  return Math.floor(time.getTime() / HOUR_MS);
}

function secondsBetween(from: Date, to: Date): number {
  return Math.max(0, Math.floor((to.getTime() - from.getTime()) / 1_000));
}
