/** Step 2: days as sums of hours, removal of sites, and the transaction of each change. */
import { COVERED_COLUMNS, listCovered } from "../../read/covered_columns.ts";

const COLUMNS = `site, location, day, ${COVERED_COLUMNS.join(", ")}`;

/** `2026-01-15`, in UTC. */
function dayOf(hour: string): string {
  return `date(${hour} / 1000000, 'unixepoch')`;
}

export const SITE_DAYS = `
CREATE TABLE site_day (
  site TEXT NOT NULL,
  location TEXT NOT NULL,
  day TEXT NOT NULL,
  ${COVERED_COLUMNS.map((part) => `${part} INTEGER NOT NULL`).join(",\n  ")},
  PRIMARY KEY (site, location, day)
) STRICT, WITHOUT ROWID;

INSERT INTO site_day (${COLUMNS})
SELECT site, location, ${dayOf("hour")}, ${listCovered((part) => `sum(${part})`)}
FROM site_hour GROUP BY 1, 2, 3;

-- A report that was recorded after the removal brings its site back: nothing has to be undone.
ALTER TABLE site_status ADD COLUMN removed_at INTEGER;
ALTER TABLE site_status ADD COLUMN is_removed INTEGER
  GENERATED ALWAYS AS (coalesce(removed_at >= order_at, 0)) VIRTUAL;

-- Which transaction changed a row, so that readers find what they have not seen yet.
ALTER TABLE site_status ADD COLUMN changed_in INTEGER NOT NULL DEFAULT 0;
CREATE TABLE last_change (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  number INTEGER NOT NULL
) STRICT;
INSERT INTO last_change VALUES (1, 0);
`;
