/** What a span of time amounts to: uptime, with and without the time of which nothing is known. */
import type { Coverage } from "./queries.ts";

/**
 * Part of the known time that a site was up or degraded, 0 to 1; `null` when nothing is known.
 * Inconclusive time is not known time.
 */
export function uptimeOf({ upMs, degradedMs, downMs }: Coverage): number | null {
  const goodMs = upMs + degradedMs;
  return goodMs + downMs === 0 ? null : goodMs / (goodMs + downMs);
}

/** Part of the whole span that a site is known to have been up or degraded, 0 to 1. */
export function provenUptimeOf({ upMs, degradedMs, windowMs }: Coverage): number {
  return windowMs === 0 ? 0 : Math.min(1, (upMs + degradedMs) / windowMs);
}

/** Milliseconds of the span in which no check was made. */
export function unknownMsOf(coverage: Coverage): number {
  const { upMs, degradedMs, downMs, inconclusiveMs, windowMs } = coverage;
  return Math.max(0, windowMs - upMs - degradedMs - downMs - inconclusiveMs);
}

/** `99.98 %`: cut rather than rounded, so that less than all is never shown as 100 %. */
export function percent(part: number | null): string {
  if (part === null) return "no data";
  return `${(Math.floor(part * 10_000) / 100).toFixed(part === 1 ? 0 : 2)} %`;
}
