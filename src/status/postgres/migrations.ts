/** Every migration, in order. They are code, so that an executable carries them. */
import type { Migration } from "./migration.ts";
import { dayTotals } from "./migrations/day_totals.ts";
import { letterNumbers } from "./migrations/letter_numbers.ts";
import { producerMessages } from "./migrations/producer_messages.ts";
import { siteDays } from "./migrations/site_days.ts";
import { siteHistory } from "./migrations/site_history.ts";
import { siteStatus } from "./migrations/site_status.ts";
import { statusViews } from "./migrations/status_views.ts";

export const MIGRATIONS: readonly Migration[] = [
  siteStatus,
  siteHistory,
  producerMessages,
  siteDays,
  statusViews,
  letterNumbers,
  dayTotals,
];
