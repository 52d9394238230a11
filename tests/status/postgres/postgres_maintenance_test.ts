// Letting days go must make nobody wait, and must end even when it was interrupted.
import { PURGE_MARK } from "../../../src/status/postgres/partitions.ts";
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import {
  DAYS_AHEAD,
  PostgresMaintenance,
} from "../../../src/status/postgres/postgres_maintenance.ts";
import { StoreUnavailableError } from "../../../src/status/store.ts";
import { aReport, DAY } from "../../contract/site_reports.ts";
import { eventually } from "../../support/waiting.ts";
import { serviceTest } from "../../services/with_services.ts";
import { openSession, openStore, type Session } from "./opened_store.ts";

const databaseTest = serviceTest("postgres");
const RETENTION_MS = 35 * 86_400_000;
const never = new AbortController().signal;

function daysAgo(days: number): number {
  return Date.now() * 1_000 - days * DAY;
}

async function partitionsOf(session: Session): Promise<string[]> {
  const rows = await session.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits
     WHERE inhparent = 'site_report'::regclass AND NOT inhdetachpending ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

function partitionOf(micros: number): string {
  return `site_report_${new Date(micros / 1_000).toISOString().slice(0, 10).replaceAll("-", "")}`;
}

databaseTest("prepare() makes the partitions of today and of the days to come", async () => {
  await using opened = await openStore();
  const maintenance = new PostgresMaintenance({ connection: opened.options });
  await maintenance.prepare(RETENTION_MS);
  await maintenance.prepare(RETENTION_MS);
  const days = Array.from({ length: DAYS_AHEAD + 1 }, (_, ahead) => partitionOf(daysAgo(-ahead)));
  deepStrictEqual(await partitionsOf(opened.session), days);
});

databaseTest("purge() does nothing, while another process is at it", async () => {
  await using opened = await openStore();
  const { store, session } = opened;
  await store.apply({
    reports: [aReport({ recorded_at: daysAgo(50) })],
    gaps: [],
    deadLetters: [],
  });
  const maintenance = new PostgresMaintenance({ connection: opened.options });
  await maintenance.prepare(RETENTION_MS);
  const lock = "hashtextextended('sitemon maintenance ' || current_schema(), 0)";
  await session.query(`SELECT pg_advisory_lock(${lock})`);
  strictEqual(await maintenance.purge(never), undefined);
  await session.query(`SELECT pg_advisory_unlock(${lock})`);
  strictEqual((await maintenance.purge(never))!.reports, 1);
});

databaseTest("purge() hinders nobody while a reader holds a day, and ends later", async () => {
  await using opened = await openStore();
  const { store, session, options } = opened;
  const apply = (sequence: number, days: number) =>
    store.apply({
      reports: [aReport({ sequence, recorded_at: daysAgo(days) })],
      gaps: [],
      deadLetters: [],
    });
  for (const [sequence, days] of [[1, 50], [2, 40], [3, 5]] as const) await apply(sequence, days);
  const maintenance = new PostgresMaintenance({ connection: options });
  await maintenance.prepare(RETENTION_MS);
  await using reader = await openSession(options);
  await reader.query("BEGIN; SELECT count(*) FROM site_report");
  const [{ pid: readerPid }] = await reader.query<{ pid: number }>(
    "SELECT pg_backend_pid() AS pid",
  ) as [{ pid: number }];
  const held = maintenance.purge(never);
  held.catch(() => {});
  const waitingPid = await eventually(60_000, "a DETACH that waits for the reader", async () => {
    const [row] = await session.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))",
      [readerPid],
    );
    return row?.pid;
  });
  deepStrictEqual((await apply(4, 5)).applied, 1);
  deepStrictEqual((await opened.queries.statuses()).length, 1);
  const [{ count }] = await session.query<{ count: number }>(
    "SELECT count(*)::int FROM site_report",
  ) as [{ count: number }];
  strictEqual(count, 3);
  await session.query("SELECT pg_cancel_backend($1)", [waitingPid]);
  await rejects(held, StoreUnavailableError);
  deepStrictEqual((await apply(5, 0)).applied, 1);
  await reader.query("COMMIT");
  strictEqual((await maintenance.purge(never))!.reports, 2);
  deepStrictEqual(
    await session.query("SELECT 1 FROM pg_class WHERE relname = $1", [partitionOf(daysAgo(50))]),
    [],
  );
});

databaseTest("purge() drops what an earlier one had only detached, and nothing else", async () => {
  await using opened = await openStore();
  const { store, session, options } = opened;
  const reports = [50, 49, 48].map((days, index) =>
    aReport({ sequence: index + 1, recorded_at: daysAgo(days) })
  );
  await store.apply({ reports, gaps: [], deadLetters: [] });
  const [left, archived] = [partitionOf(daysAgo(50)), partitionOf(daysAgo(49))];
  await session.query(`COMMENT ON TABLE ${left} IS '${PURGE_MARK}'`);
  await session.query(`ALTER TABLE site_report DETACH PARTITION ${left}`);
  await session.query(`ALTER TABLE site_report DETACH PARTITION ${archived}`);
  const maintenance = new PostgresMaintenance({ connection: options });
  await maintenance.prepare(RETENTION_MS);
  strictEqual((await maintenance.purge(never))!.reports, 2);
  deepStrictEqual(
    (await session.query(`SELECT to_regclass('${left}') AS l, to_regclass('${archived}') AS a`))
      .map((row) => ({ ...row })),
    [{ l: null, a: archived }],
  );
});

databaseTest("purge() runs beside stores that apply, without a failure", async () => {
  await using opened = await openStore();
  const { store, options, session } = opened;
  const old = [60, 55, 50, 45, 40, 38].map((days, index) =>
    aReport({ sequence: index + 1, recorded_at: daysAgo(days) })
  );
  await store.apply({ reports: old, gaps: [], deadLetters: [] });
  const maintenance = new PostgresMaintenance({ connection: options });
  let isPurging = true;
  const purging = maintenance.prepare(RETENTION_MS).then(() => maintenance.purge(never))
    .finally(() => isPurging = false);
  let sequence = 100;
  while (isPurging) {
    const reports = [...old, aReport({ sequence: ++sequence, recorded_at: daysAgo(0) })];
    await store.apply({ reports, gaps: [], deadLetters: [] });
  }
  strictEqual((await purging)!.reports, 6);
  const [row] = await session.query<{ count: number }>("SELECT count(*)::int FROM site_report");
  strictEqual(row!.count, sequence - 100);
});
