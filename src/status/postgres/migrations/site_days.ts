/** Migration 4: the days of what hours there are, sites that are removed, and who changed when. */
import type { Migration } from "./migration.ts";

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
    await connection.execute(MARKS);
  },
};
