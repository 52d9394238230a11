/** Migration 4: days as sums of hours, removal of sites, and the transaction of each change. */
import { COVERED_COLUMNS, listCovered } from "../../read/covered_columns.ts";
import type { Migration } from "./migration.ts";

const COLUMNS = COVERED_COLUMNS.join(", ");

// Ninety days of a thousand sites are two million hours, too many to add up for a page.
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
SELECT site, location, ${UTC_DAY}, ${listCovered((column) => `sum(${column})`)}
FROM site_hour GROUP BY 1, 2, 3`;

// A report that was recorded after the removal brings its site back without any cleanup.
// changed_in shows readers what is new to them, whatever the order of commits.
const MARKS = `
ALTER TABLE site_status
  ADD COLUMN removed_at timestamptz,
  ADD COLUMN is_removed boolean NOT NULL
    GENERATED ALWAYS AS (coalesce(removed_at >= order_at, false)) STORED,
  ADD COLUMN changed_in xid8 NOT NULL DEFAULT pg_current_xact_id()`;

export const siteDays: Migration = {
  name: "site_day, removal of sites",
  up: [SITE_DAY, EARLIER_HOURS, MARKS],
};
