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

/** Counts reports that are new to the history, within the caller's transaction. */
export function hoursWriter(db: DatabaseSync): (row: ReportRow) => void {
  const add = db.prepare(ADD);
  return (row) => {
    const { site, location, checked_at } = row;
    add.run({ site, location, hour: checked_at - checked_at % HOUR_MICROS, ...countsOf(row) });
  };
}

function countsOf(row: ReportRow): Record<string, number> {
  const coveredMs = Math.min(HOUR_MS, row.interval_ms ?? 0);
  const hasAnswer = isAnswered(row);
  const counts: Record<string, number> = {
    responses: Number(hasAnswer),
    response_time_sum: hasAnswer ? row.response_time : 0,
  };
  for (const outcome of OUTCOMES) {
    counts[outcome] = Number(outcome === row.outcome);
    counts[`${outcome}_ms`] = outcome === row.outcome ? coveredMs : 0;
  }
  for (const boundMs of LATENCY_BOUNDS_MS) {
    counts[latencyColumn(boundMs)] = Number(hasAnswer && row.response_time <= boundMs);
  }
  return counts;
}
