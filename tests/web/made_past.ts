/** Ninety days that were made up: sites checked by the hour, each of which fails now and then. */
import type { Making } from "./made_reports.ts";

const HOUR_MS = 3_600_000;
const HOURS = 90 * 24;

/** Of whom the past is told. */
export type PastSite = Pick<Making, "site" | "url" | "labels">;

const FAILURE: Making = {
  outcome: "down",
  reason: "status",
  response_code: 502,
  error_text: "unexpected status 502",
  failures: ["unexpected status 502"],
  snippet: "<html>\n<h1>502 Bad Gateway</h1>\n<p>nginx</p>\n</html>",
};

/** The oldest first, up to an hour ago. The last site never failed, the first one most often. */
export function madePast(sites: readonly PastSite[]): Making[] {
  return Array.from({ length: HOURS }, (_, index) => HOURS - index).flatMap((hour) =>
    sites.map((site, index): Making => ({
      ...site,
      agoMs: hour * HOUR_MS,
      next_check_ms: HOUR_MS,
      response_time: 60 + Math.round(35 * Math.sin(hour / 4)) + (hour * 13 + index * 7) % 40,
      ...(isBad(hour, index, sites.length) ? FAILURE : {}),
    }))
  );
}

function isBad(hour: number, index: number, sites: number): boolean {
  return index < sites - 1 && (hour * 7 + index * 131) % (600 + 297 * index) < 2;
}
