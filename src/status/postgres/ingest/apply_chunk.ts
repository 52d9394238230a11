/** The ingest transaction: everything that a chunk holds, applied once, or nothing. */
import type { SiteReport } from "../../../report/report.ts";
import { type Applied, type Chunk, type DeadLetter, StoreConfigurationError } from "../../store.ts";
import type { Connection } from "../connection/connection.ts";
import { APPLY_REPORTS } from "./apply_reports.ts";
import {
  DEAD_LETTER_FIELDS,
  DROP_EMPTY_SITES,
  LOCK_SITES,
  RECORD_DEAD_LETTERS,
  RECORD_GAPS,
  REMOVE_DEAD_LETTERS,
} from "./chunk_statements.ts";

type Counts = Pick<Applied, "applied" | "stale" | "expired">;

const NO_REPORTS = { applied: 0, duplicate: 0, stale: 0, expired: 0 };

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
  if (reports.length === 0) return NO_REPORTS;
  const sites = sitesOf(reports);
  const made = await lockSites(connection, sites);
  const [counts] = await connection.query<Counts>(APPLY_REPORTS, [JSON.stringify(reports)]);
  if (made > 0) await connection.query(DROP_EMPTY_SITES, sites);
  const { applied, stale, expired } = counts!;
  return { applied, duplicate: reports.length - applied - expired, stale, expired };
}

/** Each (site, location) once, as two columns. */
function sitesOf(reports: readonly SiteReport[]): [sites: string[], locations: string[]] {
  const unique = new Map(reports.map((report) => [`${report.site}\0${report.location}`, report]));
  const rows = [...unique.values()];
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
