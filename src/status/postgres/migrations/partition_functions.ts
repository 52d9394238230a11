/**
 * Migration 8: what makes and drops the days of site_report, with the rights of the tables' owner:
 * a role that only reads and writes rows can consume.
 */
import type { Migration } from "./migration.ts";

/** Marks a partition that is being purged, so that one that a person detached is not dropped. */
export const PURGE_MARK = "expired: sitemon drops this day";

const LOCK = `PERFORM pg_advisory_xact_lock(
    hashtextextended('sitemon partitions ' || current_schema(), 0))`;

const OF_SCHEMA = "relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())";

// Days before the horizon were purged and are not made again. It reads the catalog, as migrate.ts
// does. LIKE and ATTACH wait for no reader, which CREATE … PARTITION OF would.
const MAKE = `
CREATE FUNCTION make_report_partition(day date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  partition text := 'site_report_' || to_char(day, 'YYYYMMDD');
BEGIN
  ${LOCK};
  IF EXISTS (SELECT FROM pg_class WHERE relname = partition AND ${OF_SCHEMA}) OR NOT EXISTS (
    SELECT FROM history_horizon WHERE not_before < (day + 1)::timestamp AT TIME ZONE 'UTC')
  THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE %I (LIKE site_report INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
    partition);
  EXECUTE format('ALTER TABLE site_report ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
    partition, day || ' 00:00:00+00', day + 1 || ' 00:00:00+00');
END $$`;

// Days before the horizon: attached, partly detached, or detached by a run that ended too early.
// The one that is partly detached comes first, since the others have to wait for it.
const EXPIRED = `
CREATE FUNCTION expired_report_partitions()
RETURNS TABLE (name text, is_attached boolean, is_pending boolean) LANGUAGE sql STABLE AS $$
  SELECT c.relname::text, i.inhrelid IS NOT NULL, coalesce(i.inhdetachpending, false)
  FROM history_horizon h, pg_class c
  LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND i.inhparent = 'site_report'::regclass
  WHERE ${OF_SCHEMA} AND c.relname ~ '^site_report_[0-9]{8}$' AND c.relkind = 'r'
    AND substr(c.relname, 13) < to_char(h.not_before AT TIME ZONE 'UTC', 'YYYYMMDD')
    AND (i.inhrelid IS NOT NULL OR obj_description(c.oid, 'pg_class') = '${PURGE_MARK}')
  ORDER BY 3 DESC, 1
$$`;

// It locks site_report, so it must not wait for long while others wait for it.
const DROP = `
CREATE FUNCTION drop_expired_report_partition() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET lock_timeout = '1s' AS $$
DECLARE
  expired record;
BEGIN
  ${LOCK};
  SELECT * INTO expired FROM expired_report_partitions() LIMIT 1;
  IF NOT FOUND THEN RETURN false; END IF;
  IF expired.is_pending THEN
    EXECUTE format('ALTER TABLE site_report DETACH PARTITION %I FINALIZE', expired.name);
  END IF;
  EXECUTE format('DROP TABLE %I', expired.name);
  RETURN true;
END $$`;

// Whoever can make temporary tables must not put one in the place of a table that the owner means.
const SEARCH_PATHS = `
DO $$
DECLARE
  signature text;
BEGIN
  FOREACH signature IN ARRAY ARRAY['make_report_partition(date)', 'expired_report_partitions()',
    'drop_expired_report_partition()']
  LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', signature, current_schema());
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM public', signature);
  END LOOP;
END $$`;

export const partitionFunctions: Migration = {
  name: "functions that make and drop the days of site_report",
  up: [MAKE, EXPIRED, DROP, SEARCH_PATHS],
};
