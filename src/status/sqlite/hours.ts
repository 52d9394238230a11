/** `site_hour`: the rollup that uptime and response times are read from. */
import { HOUR_MS } from "../../runtime/time_units.ts";
import type { DatabaseSync } from "node:sqlite";
import { isAnswered } from "../../report/report.ts";
import { OUTCOMES } from "../../report/outcome.ts";
import { LATENCY_BOUNDS_MS, latencyColumn } from "../read/latency_buckets.ts";
import { insertedColumns, type ReportRow } from "./report_row.ts";

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

const ADD = `
INSERT INTO site_hour AS t ${insertedColumns(["site", "location", "hour", ...SUMS, ...COVERED])}
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
    for (const { hour, ms } of hoursOf(row)) {
      const counted = hour <= row.checked_at ? 1 : 0;
      add.run(row.site, row.location, hour, ...sumsOf(row, counted), ...ofOutcome(row, ms));
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

/** The values of {@linkcode SUMS}: those of the report when `counted` is 1, and none when it is 0. */
function sumsOf(row: ReportRow, counted: number): number[] {
  const answered = isAnswered(row) ? counted : 0;
  return [
    ...ofOutcome(row, counted),
    answered,
    answered * row.response_time,
    ...LATENCY_BOUNDS_MS.map((boundMs) => row.response_time <= boundMs ? answered : 0),
  ];
}

/** A value for each outcome: this one for the report's own. */
function ofOutcome({ outcome }: ReportRow, value: number): number[] {
  return OUTCOMES.map((one) => one === outcome ? value : 0);
}
