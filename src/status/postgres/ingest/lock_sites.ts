/** The first statement of an ingest transaction. */
import type { Statement } from "../../sql/sql_source.ts";

/**
 * Holds the horizon and the rows of the chunk's sites until the end of the transaction, and makes
 * the rows that are missing. Always in the order of the key, so that no two stores wait for each
 * other. `WHERE false` writes nothing and locks all the same.
 *
 * `$1` and `$2`: sites and their locations. Answers with one row: how many were made.
 */
export const LOCK_SITES: Statement = {
  name: "lock_sites",
  text: `
WITH horizon AS MATERIALIZED (SELECT 1 FROM history_horizon FOR SHARE),
made AS (
  INSERT INTO site_status (site, location)
  SELECT r.site, r.location
  FROM horizon, unnest($1::text[], $2::text[]) AS r(site, location)
  ORDER BY r.site COLLATE "C", r.location COLLATE "C"
  ON CONFLICT (site, location) DO UPDATE SET site = excluded.site WHERE false
  RETURNING 1)
SELECT (SELECT count(*) FROM horizon) AS horizons, (SELECT count(*) FROM made) AS made`,
};

/** Takes back the rows that stayed empty, as when every report of a site was refused. */
export const DROP_EMPTY_SITES: Statement = {
  name: "drop_empty_sites",
  text: `
DELETE FROM site_status s USING unnest($1::text[], $2::text[]) AS r(site, location)
WHERE s.site = r.site COLLATE "C" AND s.location = r.location COLLATE "C"
  AND s.order_at = '-infinity'`,
};
