/**
 * Step 5: running totals of days, how hours get into them, and the view of uptime that they make
 * cheap. As in PostgreSQL, whose triggers take many hours at once.
 */
import { HOUR_MS } from "../../../runtime/time_units.ts";
import {
  COVERED_COLUMNS,
  listCovered as list,
  TOTAL_COLUMNS,
  WINDOWS_OF_DAYS,
} from "../../read/coverage.ts";

// A day's total is what its site had been covered by its end, since the first of its days. Purged
// days stay in the totals.
const TOTALS = `
${
  COVERED_COLUMNS.map((part) =>
    `ALTER TABLE site_day ADD COLUMN total_${part} INTEGER NOT NULL DEFAULT 0;`
  )
    .join("\n")
}
UPDATE site_day AS t SET ${list((part) => `total_${part} = s.${part}`)} FROM (
  SELECT site, location, day, ${list((part) => `sum(${part}) OVER w AS ${part}`)}
  FROM site_day WINDOW w AS (PARTITION BY site, location ORDER BY day)) AS s
WHERE t.site = s.site AND t.location = s.location AND t.day = s.day;`;

/** In UTC. */
const DAY = "date(new.hour / 1000000, 'unixepoch')";
const OF_SITE = "site = new.site AND location = new.location";

/** A new day starts from the totals of the day before it. */
const NEW_DAY = `
  INSERT INTO site_day (site, location, day, ${COVERED_COLUMNS.join(", ")}, ${TOTAL_COLUMNS})
  SELECT new.site, new.location, ${DAY}, ${list(() => "0")},
    ${list((part) => `coalesce(before.total_${part}, 0)`)}
  FROM (SELECT 1) LEFT JOIN (
    SELECT ${TOTAL_COLUMNS} FROM site_day WHERE ${OF_SITE} AND day < ${DAY}
    ORDER BY day DESC LIMIT 1) AS before
  WHERE true ON CONFLICT DO NOTHING;`;

/** Adds a change to its day, and to the totals of this day and of later ones. */
function addToDays(change: (part: string) => string): string {
  return `
  UPDATE site_day SET
    ${list((part) => `${part} = ${part} + CASE day WHEN ${DAY} THEN ${change(part)} ELSE 0 END`)},
    ${list((part) => `total_${part} = total_${part} + ${change(part)}`)}
  WHERE ${OF_SITE} AND day >= ${DAY};`;
}

// A day is exactly the sum of its hours, deleted ones included.
const TRIGGERS = `
DROP TRIGGER IF EXISTS new_hour_in_day;
CREATE TRIGGER new_hour_in_day AFTER INSERT ON site_hour BEGIN
${NEW_DAY}${addToDays((part) => `new.${part}`)}
END;
DROP TRIGGER IF EXISTS changed_hour_in_day;
CREATE TRIGGER changed_hour_in_day AFTER UPDATE ON site_hour BEGIN
${addToDays((part) => `(new.${part} - old.${part})`)}
END;`;

/** Older SQLite shells have no fractions of the current second. */
const NOW_MS = "CAST(strftime('%s', 'now') AS INTEGER) * 1000";
const FIRST_HOUR_MS = `(${NOW_MS} / ${HOUR_MS} - 23) * ${HOUR_MS}`;

function midnightMs(days: number): string {
  return `CAST(strftime('%s', 'now', 'start of day', '-${days - 1} days') AS INTEGER) * 1000`;
}

const WINDOWS = WINDOWS_OF_DAYS.map((days) =>
  `SELECT ${days} AS days, date('now', '-${days - 1} days') AS first_day,
    ${NOW_MS} - ${midnightMs(days)} AS window_ms`
).join(" UNION ALL ");

// A window lasts from its first day to the site's last; both have what was covered by their ends.
// The shortest window is made of hours, and nothing else.
const SITE_UPTIME = `
DROP VIEW IF EXISTS site_uptime;
CREATE VIEW site_uptime AS
WITH windows AS (
  SELECT s.site, s.location, w.days, w.window_ms,
    ${list((part) => `coalesce(z.total_${part} - a.total_${part} + a.${part}, 0) AS ${part}`)}
  FROM site_status s JOIN (${WINDOWS}) AS w
  LEFT JOIN site_day z ON z.site = s.site AND z.location = s.location AND z.day = (
    SELECT max(day) FROM site_day WHERE site = s.site AND location = s.location)
  LEFT JOIN site_day a ON a.site = s.site AND a.location = s.location AND a.day = (
    SELECT min(day) FROM site_day
    WHERE site = s.site AND location = s.location AND day >= w.first_day)
  WHERE NOT s.is_removed
  UNION ALL
  SELECT s.site, s.location, 1, ${NOW_MS} - ${FIRST_HOUR_MS},
    ${list((part) => `coalesce(sum(h.${part}), 0)`)}
  FROM site_status s LEFT JOIN site_hour h ON h.site = s.site AND h.location = s.location
    AND h.hour >= (SELECT ${FIRST_HOUR_MS} * 1000)
  WHERE NOT s.is_removed GROUP BY s.site, s.location)
SELECT site, location, days,
  1.0 * (up_ms + degraded_ms) / nullif(up_ms + degraded_ms + down_ms, 0) AS uptime,
  min(1, 1.0 * (up_ms + degraded_ms) / window_ms) AS proven_uptime,
  ${COVERED_COLUMNS.join(", ")}, window_ms,
  max(0, window_ms - up_ms - degraded_ms - down_ms - inconclusive_ms) AS unknown_ms
FROM windows;`;

export const DAY_TOTALS = `${TOTALS}${TRIGGERS}${SITE_UPTIME}`;
