/** Migration 1: the status table, created or converted from the original Python service's. */
import type { Connection } from "../connection/connection.ts";
import type { Migration } from "./migration.ts";
import { identify } from "../../../report/identity.ts";
import type { V1Report } from "../../../report/report.ts";

/** The table of the original Python service, which becomes the new one in place. */
const V1_TABLE = `
CREATE TABLE IF NOT EXISTS site_status (
  url text PRIMARY KEY,
  last_checked timestamp,
  response_time int,
  response_code int,
  error_text text,
  pattern text,
  pattern_match boolean
)`;

// Names compare by their bytes everywhere: in every store, on every server, at the least cost.
// A row without reports is made before its first one is applied, in the same transaction.
const NEW_COLUMNS = `
ALTER TABLE site_status
  ADD COLUMN site text COLLATE "C",
  ADD COLUMN location text COLLATE "C" NOT NULL DEFAULT 'default',
  ADD COLUMN checked_at timestamptz,
  ADD COLUMN recorded_at timestamptz,
  ADD COLUMN order_at timestamptz NOT NULL DEFAULT '-infinity',
  ADD COLUMN producer_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  ADD COLUMN sequence bigint NOT NULL DEFAULT 0,
  ADD COLUMN outcome text NOT NULL DEFAULT 'inconclusive'
    CHECK (outcome IN ('up', 'degraded', 'down', 'inconclusive')),
  ADD COLUMN reason text,
  ADD COLUMN interval_ms int,
  ADD COLUMN attempts int,
  ADD COLUMN timings jsonb,
  ADD COLUMN remote_address text,
  ADD COLUMN certificate_expires_at timestamptz,
  ADD COLUMN labels jsonb NOT NULL DEFAULT '{}',
  -- Each report rewrites its site's row; room on the page saves touching the index.
  SET (fillfactor = 70)`;

const V1_ROWS = {
  name: "v1_rows",
  text: `SELECT url, coalesce(response_time, 0) AS response_time, response_code,
    -- The original Python service kept the error of a site that had recovered.
    CASE WHEN response_code IS NULL THEN error_text END AS error_text, pattern, pattern_match
  FROM site_status`,
};

const TAKE_OVER = {
  name: "v1_take_over",
  text: `UPDATE site_status s SET
    url = r.public_url,
    site = r.site,
    checked_at = s.last_checked AT TIME ZONE 'UTC',
    recorded_at = s.last_checked AT TIME ZONE 'UTC',
    order_at = coalesce(s.last_checked AT TIME ZONE 'UTC', 'epoch'),
    error_text = r.error_text,
    outcome = r.outcome,
    reason = r.reason
  FROM json_to_recordset($1) AS r(
    url text, public_url text, site text, error_text text, outcome text, reason text)
  WHERE s.url = r.url`,
};

/** Urls that differed in their credentials alone are one site now, with the newest of their rows. */
const KEEP_NEWEST = `
DELETE FROM site_status WHERE ctid IN (
  SELECT ctid FROM (
    SELECT ctid, row_number() OVER (
      PARTITION BY site, location ORDER BY last_checked DESC NULLS LAST, ctid) AS age
    FROM site_status) AS rows
  WHERE age > 1)`;

const NEW_KEY = `
ALTER TABLE site_status ADD PRIMARY KEY (site, location), ALTER COLUMN url SET DEFAULT ''`;

export const siteStatus: Migration = {
  name: "site_status, taken over from the original Python service where it is there",
  async up(connection) {
    await connection.execute(V1_TABLE);
    await dropPrimaryKey(connection);
    await connection.execute(NEW_COLUMNS);
    await takeOver(connection);
    await connection.execute(KEEP_NEWEST);
    await connection.execute(NEW_KEY);
  },
};

/** By whatever name it has. Urls that become equal must not stand in each other's way. */
async function dropPrimaryKey(connection: Connection): Promise<void> {
  const [key] = await connection.execute<{ name: string }>(
    `SELECT quote_ident(conname) AS name FROM pg_constraint
     WHERE conrelid = 'site_status'::regclass AND contype = 'p'`,
  );
  if (key) await connection.execute(`ALTER TABLE site_status DROP CONSTRAINT ${key.name}`);
}

/** Gives each row what a message of the original Python service gets: a name, a verdict, a public url. */
async function takeOver(connection: Connection): Promise<void> {
  const rows = await connection.query<V1Report>(V1_ROWS);
  const taken = rows.map((row) => {
    const { url, site, outcome, reason, error_text } = identify(row, NO_ORIGIN);
    return {
      url: row.url,
      public_url: url,
      site,
      outcome,
      reason,
      error_text: error_text && withoutCredentials(error_text),
    };
  });
  await connection.query(TAKE_OVER, [JSON.stringify(taken)]);
}

/** A row says nothing of the message that it came from. */
const NO_ORIGIN = { clusterId: "", topic: "", partition: 0, offset: 0, timestampMs: 0 };

/** An error text may quote the url. */
function withoutCredentials(text: string): string {
  return text.replace(/(?<![a-z0-9+.-])([a-z0-9+.-]+:\/\/)[^\s\/?#]*@/gi, "$1");
}
