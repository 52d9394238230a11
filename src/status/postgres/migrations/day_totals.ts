/**
 * Migration 7: running totals of days, and the triggers that add hours to them.
 */
import { COVERED_COLUMNS, listCovered as list, TOTAL_COLUMNS } from "../../read/coverage.ts";
import type { Migration } from "./migration.ts";

const COLUMNS = COVERED_COLUMNS.join(", ");
const UTC_DAY = "(hour AT TIME ZONE 'UTC')::date";

// A day's total is what its site had been covered by its end, since the first of its days. Any span
// is then the difference of two rows, where adding up ninety days of a thousand sites would read
// ninety thousand. Purged days stay in the totals.
const DAY_TOTALS = `
ALTER TABLE site_day ${list((part) => `ADD total_${part} bigint NOT NULL DEFAULT 0`)};
UPDATE site_day t SET (${TOTAL_COLUMNS}) = (${list((part) => `s.${part}`)}) FROM (
  SELECT site, location, day, ${list((part) => `sum(${part}) OVER w AS ${part}`)}
  FROM site_day WINDOW w AS (PARTITION BY site, location ORDER BY day)) AS s
WHERE t.site = s.site AND t.location = s.location AND t.day = s.day`;

/** A new day starts from the totals of the day before it. */
const NEW_DAYS = `
  INSERT INTO site_day (site, location, day, ${COLUMNS}, ${TOTAL_COLUMNS})
  SELECT a.site, a.location, a.day, ${list(() => "0")},
    ${list((part) => `coalesce(before.total_${part}, 0)`)}
  FROM (SELECT DISTINCT site, location, ${UTC_DAY} AS day FROM added) AS a
  LEFT JOIN LATERAL (
    SELECT ${TOTAL_COLUMNS} FROM site_day
    WHERE site = a.site AND location = a.location AND day < a.day
    ORDER BY day DESC LIMIT 1) AS before ON true
  WHERE NOT EXISTS (
    SELECT FROM site_day WHERE site = a.site AND location = a.location AND day = a.day);`;

/**
 * Adds changes to their days, and to the totals of these and later days. Each change counts from
 * its day until the day of the next one of its site, which has both in its total. Nearly always
 * there is one, of a site's last day.
 */
function addToDays(changes: string): string {
  return `
  UPDATE site_day t SET
    ${list((part) => `${part} = t.${part} + CASE t.day WHEN c.day THEN c.${part} ELSE 0 END`)},
    ${list((part) => `total_${part} = t.total_${part} + c.total_${part}`)}
  FROM (
    SELECT site, location, day, lead(day, 1, 'infinity') OVER w AS next_day,
      ${
    list((part) => `sum(${part})::int AS ${part}, sum(sum(${part})::int) OVER w AS total_${part}`)
  }
    FROM (${changes}) AS c GROUP BY site, location, day
    WINDOW w AS (PARTITION BY site, location ORDER BY day)) AS c
  WHERE t.site = c.site AND t.location = c.location AND t.day >= c.day AND t.day < c.next_day;`;
}

const ADDED = `SELECT site, location, ${UTC_DAY} AS day, ${COLUMNS} FROM added`;
/** What an hour was before is taken off. */
const CHANGED = `SELECT site, location, ${UTC_DAY} AS day, ${COLUMNS} FROM after
    UNION ALL SELECT site, location, ${UTC_DAY}, ${list((part) => `-${part}`)} FROM before`;

function triggerFunction(name: string, statements: string): string {
  return `
CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
BEGIN${statements}
  RETURN NULL;
END $$`;
}

// A day is exactly the sum of its hours, deleted ones included. Two stores never add to one day at
// once: each holds the row locks of its sites.
const TRIGGERS = `
${triggerFunction("site_day_takes_new_hours", NEW_DAYS + addToDays(ADDED))};
CREATE OR REPLACE TRIGGER new_hours_in_days AFTER INSERT ON site_hour
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION site_day_takes_new_hours();
${triggerFunction("site_day_takes_changed_hours", addToDays(CHANGED))};
CREATE OR REPLACE TRIGGER changed_hours_in_days AFTER UPDATE ON site_hour
  REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION site_day_takes_changed_hours()`;

export const dayTotals: Migration = {
  name: "running totals of site_day",
  up: [DAY_TOTALS, TRIGGERS],
};
