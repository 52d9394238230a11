/** The columns of time covered by each outcome, which hours and days have in every store. */
import { UPTIME_WINDOWS_DAYS } from "../queries.ts";

export const COVERED_COLUMNS = ["up_ms", "degraded_ms", "down_ms", "inconclusive_ms"];
/** A day's running totals of them. */
export const TOTAL_COLUMNS = COVERED_COLUMNS.map((column) => `total_${column}`).join(", ");

/** An SQL list of one expression for each. */
export function listCovered(expression: (column: string) => string): string {
  return COVERED_COLUMNS.map(expression).join(", ");
}

/** The windows that are made of days; the shortest is made of hours. */
export const WINDOWS_OF_DAYS = UPTIME_WINDOWS_DAYS.filter((days) => days > 1);
