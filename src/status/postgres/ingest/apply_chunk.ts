/** The ingest transaction: everything that a chunk holds, applied once, or nothing. */
import type { SiteReport } from "../../../report/report.ts";
import { keyOf } from "../../queries.ts";
import { type Applied, type Chunk, type DeadLetter, StoreConfigurationError } from "../../store.ts";
import type { Connection } from "../connection/connection.ts";
import { APPLY_REPORTS } from "./apply_reports.ts";
import type { Statement } from "../../sql/sql_source.ts";

/**
 * The first one. Locks the horizon and the rows of the chunk's sites until the end of the
 * transaction, and makes the rows that are missing. Always in the order of the key, so that no two
 * stores deadlock. `WHERE false` writes nothing and locks all the same.
 *
 * `$1` and `$2`: sites and their locations. Returns one row: how many were made.
 */
const LOCK_SITES: Statement = {
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

/** Deletes the rows that stayed empty, as when every report of a site was rejected. */
const DROP_EMPTY_SITES: Statement = {
  name: "drop_empty_sites",
  text: `
DELETE FROM site_status s USING unnest($1::text[], $2::text[]) AS r(site, location)
WHERE s.site = r.site COLLATE "C" AND s.location = r.location COLLATE "C"
  AND s.order_at = '-infinity'`,
};

// Sorted, as all rows are that two stores may write at once.
/** `$1`: announced gaps as JSON; those that are stored already stay as they are. */
const RECORD_GAPS: Statement = {
  name: "record_gaps",
  text: `
INSERT INTO producer_gap (producer_id, first, last, reason)
SELECT * FROM json_to_recordset($1)
  AS r(producer_id uuid, first bigint, last bigint, reason text) ORDER BY 1, 2, 3
ON CONFLICT DO NOTHING`,
};

/** The parameters are columns of {@linkcode DEAD_LETTER_FIELDS}. Returns a row for each new one. */
const RECORD_DEAD_LETTERS: Statement = {
  name: "record_dead_letters",
  text: `
INSERT INTO dead_letter
  (topic, partition, "offset", recorded_at, reason, detail, key, value, sitemon_id)
SELECT topic, partition, "offset", timestamptz 'epoch' + ms * interval '1 millisecond',
  reason, detail, key, value, sitemon_id
FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::text[], $6::text[],
  $7::bytea[], $8::bytea[], $9::text[])
  AS r(topic, partition, "offset", ms, reason, detail, key, value, sitemon_id)
ORDER BY topic COLLATE "C", partition, "offset"
ON CONFLICT DO NOTHING
RETURNING 1`,
};

const DEAD_LETTER_FIELDS = [
  "topic",
  "partition",
  "offset",
  "timestampMs",
  "reason",
  "detail",
  "key",
  "value",
  "sitemonId",
] as const;

/** `$1`: numbers of dead letters that are applied now. */
const REMOVE_DEAD_LETTERS: Statement = {
  name: "remove_dead_letters",
  text: "DELETE FROM dead_letter WHERE number = ANY($1::bigint[])",
};

/** Rejects with the errors of the connection. */
export async function applyChunk(connection: Connection, chunk: Chunk): Promise<Applied> {
  const { reports, gaps, deadLetters, replayed = [] } = chunk;
  return await connection.transaction(async () => {
    const counts = await applyReports(connection, reports);
    if (gaps.length > 0) await connection.query(RECORD_GAPS, [JSON.stringify(gaps)]);
    const dead = await recordDeadLetters(connection, deadLetters);
    if (replayed.length > 0) await connection.query(REMOVE_DEAD_LETTERS, [replayed]);
    return { ...counts, dead };
  });
}

async function applyReports(
  connection: Connection,
  reports: readonly SiteReport[],
): Promise<Omit<Applied, "dead">> {
  if (reports.length === 0) return { applied: 0, duplicate: 0, stale: 0, expired: 0 };
  const sites = sitesOf(reports);
  const made = await lockSites(connection, sites);
  const [counts] = await connection.query<Omit<Applied, "duplicate" | "dead">>(
    APPLY_REPORTS,
    [JSON.stringify(reports)],
  );
  if (made > 0) await connection.query(DROP_EMPTY_SITES, sites);
  const { applied, stale, expired } = counts!;
  return { applied, duplicate: reports.length - applied - expired, stale, expired };
}

/** Each (site, location) once, as two columns. */
function sitesOf(reports: readonly SiteReport[]): [sites: string[], locations: string[]] {
  const rows = [...new Map(reports.map((report) => [keyOf(report), report])).values()];
  return [rows.map((row) => row.site), rows.map((row) => row.location)];
}

/** Returns how many rows were created. */
async function lockSites(
  connection: Connection,
  sites: [sites: string[], locations: string[]],
): Promise<number> {
  const [row] = await connection.query<{ horizons: number; made: number }>(LOCK_SITES, sites);
  if (row!.horizons === 1) return row!.made;
  throw new StoreConfigurationError(
    `the table history_horizon has ${row!.horizons} rows instead of one; restore it`,
  );
}

/** Returns how many were new. */
async function recordDeadLetters(
  connection: Connection,
  deadLetters: readonly DeadLetter[],
): Promise<number> {
  if (deadLetters.length === 0) return 0;
  const columns = DEAD_LETTER_FIELDS.map((field) =>
    deadLetters.map((deadLetter) => deadLetter[field])
  );
  return (await connection.query(RECORD_DEAD_LETTERS, columns)).length;
}
