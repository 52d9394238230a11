/**
 * The floor of `sitemon run`: the least code that checks, and keeps what it found in one table of
 * SQLite by group commit. Run as a process with a BareRun as its argument, in a folder where it may
 * write.
 */
import { DatabaseSync } from "node:sqlite";
import { aReport } from "../../contract/site_reports.ts";
import { bareCheck, type BareTarget } from "./bare_check.ts";
import { evenly } from "./evenly.ts";

/** What it checks. */
export interface BareRun extends BareTarget {
  /** Names that take turns. */
  readonly sites: number;
  /** Checks that are begun in a second, evenly. */
  readonly perSecond: number;
}

const COMMIT_MS = 250;

if (import.meta.main) await run(JSON.parse(Deno.args[0]!));

async function run({ sites, perSecond, ...target }: BareRun): Promise<void> {
  const sql = new DatabaseSync("bare.db");
  sql.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  sql.exec("CREATE TABLE report (id INTEGER PRIMARY KEY, site TEXT, at INTEGER, json TEXT)");
  const insert = sql.prepare("INSERT INTO report (site, at, json) VALUES (?, ?, ?)");
  console.log("It begins");
  let group: ReturnType<typeof aReport>[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let count = 0;

  function commit(): void {
    timer = undefined;
    sql.exec("BEGIN");
    for (const report of group) {
      insert.run(report.site, report.checked_at, JSON.stringify(report));
    }
    sql.exec("COMMIT");
    group = [];
  }

  await evenly(perSecond, async () => {
    const startMs = performance.now();
    const site = `site ${count++ % sites}`;
    const checked_at = Date.now() * 1_000;
    await bareCheck(target);
    const response_time = Math.round(performance.now() - startMs);
    group.push(aReport({ site, checked_at, response_time }));
    timer ??= setTimeout(commit, COMMIT_MS);
  });
}
