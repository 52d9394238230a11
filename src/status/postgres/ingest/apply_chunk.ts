/** The ingest transaction: everything that a chunk holds, applied once, or nothing. */
import type { SiteReport } from "../../../report/report.ts";
import { type Applied, type Chunk, StoreConfigurationError } from "../../store.ts";
import { APPLY_REPORTS } from "./apply_reports.ts";
import type { Connection } from "../connection/connection.ts";
import { DROP_EMPTY_SITES, LOCK_SITES } from "./lock_sites.ts";
import { recordDeadLetters, recordGaps, removeDeadLetters } from "./set_aside.ts";

type Counts = Pick<Applied, "applied" | "stale" | "expired">;

const NO_REPORTS = { applied: 0, duplicate: 0, stale: 0, expired: 0 };

/** Rejects with the errors of the connection. */
export async function applyChunk(connection: Connection, chunk: Chunk): Promise<Applied> {
  return await connection.transaction(async () => {
    const counts = await applyReports(connection, chunk.reports);
    await recordGaps(connection, chunk.gaps);
    const dead = await recordDeadLetters(connection, chunk.deadLetters);
    await removeDeadLetters(connection, chunk.replayed ?? []);
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

/** Returns how many rows had to be made. */
async function lockSites(
  connection: Connection,
  sites: [sites: string[], locations: string[]],
): Promise<number> {
  const [row] = await connection.query<{ horizons: number; made: number }>(LOCK_SITES, sites);
  if (row!.horizons === 1) return row!.made;
  throw new StoreConfigurationError(
    `Cannot apply reports as the table history_horizon must hold one row: ` +
      `it holds ${row!.horizons}; restore it`,
  );
}
