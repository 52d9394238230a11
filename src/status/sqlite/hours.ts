/** `site_hour`: the rollup that uptime and response times are read from. */
import { HOUR_MS } from "../../runtime/time_units.ts";
import type { DatabaseSync } from "node:sqlite";
import { isAnswered } from "../../report/report.ts";
import { OUTCOMES } from "../../report/outcome.ts";
import { LATENCY_BOUNDS_MS, latencyColumn } from "../read/latency_buckets.ts";
import type { ReportRow } from "./report_row.ts";

const HOUR_MICROS = HOUR_MS * 1_000;

/** Counts that simply add up. */
const SUMS = [
  ...OUTCOMES,
  "responses",
  "response_time_sum",
  ...LATENCY_BOUNDS_MS.map(latencyColumn),
];
/** Milliseconds covered by each outcome, never more than the hour has. */
const COVERED = OUTCOMES.map((outcome) => `${outcome}_ms`);

const COLUMNS = ["site", "location", "hour", ...SUMS, ...COVERED];

const ADD = `
INSERT INTO site_hour AS t (${COLUMNS.join(", ")})
VALUES (${COLUMNS.map((column) => `:${column}`).join(", ")})
ON CONFLICT DO UPDATE SET
${
  [
    ...SUMS.map((column) => `${column} = t.${column} + excluded.${column}`),
    ...COVERED.map((column) => `${column} = min(${HOUR_MS}, t.${column} + excluded.${column})`),
  ].join(",\n")
}`;

/**
 * Counts reports that are new to the history, within the caller's transaction: in their own hours,
 * and what they cover of later ones until the next check.
 */
export function hoursWriter(db: DatabaseSync): (row: ReportRow) => void {
  const add = db.prepare(ADD);
  return (row) => {
    const { site, location, outcome } = row;
    for (const { hour, ms } of hoursOf(row)) {
      const counts = hour <= row.checked_at ? countsOf(row) : NO_COUNTS;
      add.run({ site, location, hour, ...counts, [`${outcome}_ms`]: ms });
    }
  };
}

/** The hours that a report covers from its time until the next check, its own first. */
function* hoursOf(
  { checked_at, next_check_ms }: Pick<ReportRow, "checked_at" | "next_check_ms">,
): Generator<{ readonly hour: number; readonly ms: number }> {
  let hour = checked_at - checked_at % HOUR_MICROS;
  let restMs = next_check_ms ?? 0;
  let roomMs = HOUR_MS - Math.floor((checked_at - hour) / 1_000);
  do {
    const ms = Math.min(restMs, roomMs);
    yield { hour, ms };
    restMs -= ms;
    roomMs = HOUR_MS;
    hour += HOUR_MICROS;
  } while (restMs > 0);
}

const NO_COUNTS: Readonly<Record<string, number>> = Object.fromEntries(
  [...SUMS, ...COVERED].map((column) => [column, 0]),
);

function countsOf(row: ReportRow): Record<string, number> {
  const counts = { ...NO_COUNTS, [row.outcome]: 1 };
  if (!isAnswered(row)) return counts;
  counts.responses = 1;
  counts.response_time_sum = row.response_time;
  for (const boundMs of LATENCY_BOUNDS_MS) {
    if (row.response_time <= boundMs) counts[latencyColumn(boundMs)] = 1;
  }
  return counts;
}
