/** Migration 4: the days that the hours add up to, sites that are removed, and who changed when. */
import type { Migration } from "../migration.ts";

const OUTCOME_MS = ["up_ms", "degraded_ms", "down_ms", "inconclusive_ms"];
const COLUMNS = OUTCOME_MS.join(", ");

// Ninety days of a thousand sites are two million hours, which no page can wait for.
const SITE_DAY = `
CREATE TABLE site_day (
  site text COLLATE "C" NOT NULL,
  location text COLLATE "C" NOT NULL,
  day date NOT NULL,
  up_ms int NOT NULL,
  degraded_ms int NOT NULL,
  down_ms int NOT NULL,
  inconclusive_ms int NOT NULL,
  PRIMARY KEY (site, location, day)
) WITH (fillfactor = 70)`;

const UTC_DAY = "(hour AT TIME ZONE 'UTC')::date";

const EARLIER_HOURS = `
INSERT INTO site_day (site, location, day, ${COLUMNS})
SELECT site, location, ${UTC_DAY}, ${OUTCOME_MS.map((column) => `sum(${column})`).join(", ")}
FROM site_hour GROUP BY 1, 2, 3`;

const SUMS = OUTCOME_MS.map((column) => `sum(${column})::int AS ${column}`).join(", ");
const ADDED = OUTCOME_MS.map((column) => `${column} = t.${column} + h.${column}`).join(", ");
const ADDED_TO_ROW = OUTCOME_MS.map((column) => `${column} = t.${column} + excluded.${column}`)
  .join(", ");

function triggerFunction(name: string, statement: string): string {
  return `
CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  ${statement};
  RETURN NULL;
END $$`;
}

/** The first hour of a day makes its row. */
const NEW_HOURS = triggerFunction(
  "site_day_takes_new_hours",
  `INSERT INTO site_day AS t (site, location, day, ${COLUMNS})
  SELECT site, location, ${UTC_DAY}, ${SUMS} FROM added GROUP BY 1, 2, 3
  ON CONFLICT (site, location, day) DO UPDATE SET ${ADDED_TO_ROW}`,
);

/** What an hour was before is taken off. An upsert here would cost three times as much. */
const CHANGED_HOURS = triggerFunction(
  "site_day_takes_changed_hours",
  `UPDATE site_day t SET ${ADDED} FROM (
    SELECT site, location, ${UTC_DAY} AS day, ${SUMS} FROM (
      SELECT site, location, hour, ${COLUMNS} FROM after
      UNION ALL SELECT site, location, hour, ${
    OUTCOME_MS.map((column) => `-${column}`).join(", ")
  } FROM before) AS c
    GROUP BY 1, 2, 3) AS h
  WHERE t.site = h.site AND t.location = h.location AND t.day = h.day`,
);

// A day is exactly the sum of its hours. Deleted hours stay in their day. Two stores never add to
// one day at once: each holds the rows of its sites.
const TRIGGERS = `
${NEW_HOURS};
CREATE TRIGGER new_hours_in_days AFTER INSERT ON site_hour
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION site_day_takes_new_hours();
${CHANGED_HOURS};
CREATE TRIGGER changed_hours_in_days AFTER UPDATE ON site_hour
  REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION site_day_takes_changed_hours()`;

// A report that was recorded after the removal brings its site back, and nothing has to be undone.
// changed_in tells readers what they have not seen yet, whatever the order of commits.
const MARKS = `
ALTER TABLE site_status
  ADD COLUMN removed_at timestamptz,
  ADD COLUMN is_removed boolean NOT NULL
    GENERATED ALWAYS AS (coalesce(removed_at >= order_at, false)) STORED,
  ADD COLUMN changed_in xid8 NOT NULL DEFAULT pg_current_xact_id()`;

export const siteDays: Migration = {
  version: 4,
  name: "site_day, removal of sites",
  async up(connection) {
    await connection.execute(SITE_DAY);
    await connection.execute(EARLIER_HOURS);
    await connection.execute(TRIGGERS);
    await connection.execute(MARKS);
  },
};
