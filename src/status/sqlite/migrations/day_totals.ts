/**
 * Step 5: running totals of days, and how hours get into them. As in PostgreSQL, whose triggers take
 * many hours at once.
 */
import { COVERED_COLUMNS, listCovered as list, TOTAL_COLUMNS } from "../../read/coverage.ts";

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

export const DAY_TOTALS = `${TOTALS}${TRIGGERS}`;
