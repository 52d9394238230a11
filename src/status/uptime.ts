/** What a span of time amounts to: uptime, with and without the time of which nothing is known. */
import { span } from "../runtime/relative_time.ts";
import { type Coverage, type SiteUptime, UPTIME_WINDOWS_DAYS } from "./queries.ts";

/**
 * Part of the known time that a site was up or degraded, 0 to 1; `null` when nothing is known.
 * Inconclusive time is not known time.
 */
export function uptimeOf({ upMs, degradedMs, downMs }: Coverage): number | null {
  const goodMs = upMs + degradedMs;
  return goodMs + downMs === 0 ? null : goodMs / (goodMs + downMs);
}

/** Of what several locations know of a span, at least one, that with the least uptime. */
export function leastUptime<T extends Coverage>(parts: readonly T[]): T {
  return parts.reduce((least, part) => {
    const [a, b] = [uptimeOf(least), uptimeOf(part)];
    return b !== null && (a === null || b < a) ? part : least;
  });
}

/** Milliseconds of the span in which no check was made. */
export function unknownMsOf(coverage: Coverage): number {
  const { upMs, degradedMs, downMs, inconclusiveMs, windowMs } = coverage;
  return Math.max(0, windowMs - upMs - degradedMs - downMs - inconclusiveMs);
}

/** True when less than half of the span is known: what is known says little about the whole. */
export function isMostlyUnknown(coverage: Coverage): boolean {
  return knownMsOf(coverage) < coverage.windowMs / 2;
}

/** Uptime, with the length of the time that it is of where most is unknown: `100 % of the 2 min known`. */
export function uptimeText(coverage: Coverage | undefined): string {
  const uptime = coverage === undefined ? null : uptimeOf(coverage);
  if (coverage === undefined || uptime === null) return percent(null);
  if (!isMostlyUnknown(coverage)) return percent(uptime);
  return `${percent(uptime)} of the ${span(Math.floor(knownMsOf(coverage) / 1_000))} known`;
}

/** Milliseconds that {@linkcode uptimeOf} is a part of. */
export function knownMsOf({ upMs, degradedMs, downMs }: Coverage): number {
  return upMs + degradedMs + downMs;
}

/** The windows of a site as the API and `--json` have them. */
export function uptimesJson(uptime: SiteUptime | undefined) {
  return uptime === undefined ? [] : UPTIME_WINDOWS_DAYS.map((days) => ({
    days,
    uptime: uptimeOf(uptime.windows[days]),
    down_ms: uptime.windows[days].downMs,
    unknown_ms: unknownMsOf(uptime.windows[days]),
  }));
}

/** `99.98 %`: cut rather than rounded, so that less than all is never shown as 100 %. */
export function percent(part: number | null): string {
  if (part === null) return "no data";
  return `${(Math.floor(part * 10_000) / 100).toFixed(part === 1 ? 0 : 2)} %`;
}
