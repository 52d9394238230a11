/** Every migration, in order. They are code, so that an executable carries them. */
import type { Migration } from "./migration.ts";
import { dayTotals } from "./day_totals.ts";
import { deadLetterNumbers } from "./dead_letter_numbers.ts";
import { producerMessages } from "./producer_messages.ts";
import { siteDays } from "./site_days.ts";
import { siteHistory } from "./site_history.ts";
import { siteStatus } from "./site_status.ts";
import { statusViews } from "./status_views.ts";

export const MIGRATIONS: readonly Migration[] = [
  siteStatus,
  siteHistory,
  producerMessages,
  siteDays,
  statusViews,
  deadLetterNumbers,
  dayTotals,
];
