/** The tables of the SQLite store as numbered steps; `PRAGMA user_version` tells the last one done. */
import { DAY_TOTALS } from "./day_totals.ts";
import { FIRST_TABLES } from "./first_tables.ts";
import { DEAD_LETTER_NUMBERS } from "./dead_letter_numbers.ts";
import { SITE_DAYS } from "./site_days.ts";
import { STATUS_VIEWS } from "./status_views.ts";

/** Step n brings a file from version n to n + 1. Steps that were released are never edited. */
export const MIGRATIONS: readonly string[] = [
  FIRST_TABLES,
  SITE_DAYS,
  STATUS_VIEWS,
  DEAD_LETTER_NUMBERS,
  DAY_TOTALS,
];
