// Letting days go must make nobody wait, and must end even when it was interrupted.
import { PURGE_MARK } from "../../../src/status/postgres/migrations/partition_functions.ts";
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { PURGE_LOCK } from "../../../src/status/postgres/partitions.ts";
import { DAYS_AHEAD } from "../../../src/status/postgres/postgres_maintenance.ts";
import { StoreUnavailableError } from "../../../src/status/store.ts";
import { aReport, chunk, DAY } from "../../contract/site_reports.ts";
import { eventually } from "../../support/waiting.ts";
import { openSession, ownRole, partitionsOf, postgresTest } from "./opened_store.ts";

const RETENTION_MS = 35 * 86_400_000;
const never = new AbortController().signal;

function daysAgo(days: number): number {
  return Date.now() * 1_000 - days * DAY;
}

function partitionOf(micros: number): string {
  return `site_report_${new Date(micros / 1_000).toISOString().slice(0, 10).replaceAll("-", "")}`;
}

postgresTest("prepare() makes the partitions of today and of the days to come", async (opened) => {
  const { maintenance, session } = opened;
  await maintenance.prepare(RETENTION_MS);
  await maintenance.prepare(RETENTION_MS);
  const days = Array.from({ length: DAYS_AHEAD + 1 }, (_, ahead) => partitionOf(daysAgo(-ahead)));
  deepStrictEqual(await partitionsOf(session), days);
});

postgresTest("purge() does nothing, while another process is at it", async (opened) => {
  const { store, session, maintenance } = opened;
  await store.apply(chunk([aReport({ recorded_at: daysAgo(50) })]));
  await maintenance.prepare(RETENTION_MS);
  await session.query(`SELECT pg_advisory_lock(${PURGE_LOCK})`);
  strictEqual(await maintenance.purge(never), undefined);
  await session.query(`SELECT pg_advisory_unlock(${PURGE_LOCK})`);
  strictEqual((await maintenance.purge(never))!.reports, 1);
});

postgresTest(
  "purge() hinders nobody while a reader holds a day, and ends later",
  async ({ store, session, options, maintenance, queries, tables }) => {
    const apply = (sequence: number, days: number) =>
      store.apply(chunk([aReport({ sequence, recorded_at: daysAgo(days) })]));
    for (const [sequence, days] of [[1, 50], [2, 40], [3, 5]] as const) await apply(sequence, days);
    await maintenance.prepare(RETENTION_MS);
    await using reader = await openSession(options);
    await reader.query("BEGIN; SELECT count(*) FROM site_report");
    const [readerIs] = await reader.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const held = maintenance.purge(never);
    held.catch(() => {});
    const waitingPid = await eventually(60_000, "a DETACH that waits for the reader", async () => {
      const [row] = await session.query<{ pid: number }>(
        "SELECT pid FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))",
        [readerIs!.pid],
      );
      return row?.pid;
    });
    deepStrictEqual((await apply(4, 5)).applied, 1);
    strictEqual((await queries.statuses()).length, 1);
    strictEqual((await tables()).site_report.length, 3);
    await session.query("SELECT pg_cancel_backend($1)", [waitingPid]);
    await rejects(held, StoreUnavailableError);
    deepStrictEqual((await apply(5, 0)).applied, 1);
    await reader.query("COMMIT");
    strictEqual((await maintenance.purge(never))!.reports, 2);
    deepStrictEqual(
      await session.query("SELECT 1 FROM pg_class WHERE relname = $1", [partitionOf(daysAgo(50))]),
      [],
    );
  },
);

postgresTest(
  "purge() drops what an earlier one had only detached, and nothing else",
  async ({ store, session, maintenance }) => {
    const reports = [50, 49, 48].map((days, index) =>
      aReport({ sequence: index + 1, recorded_at: daysAgo(days) })
    );
    await store.apply(chunk(reports));
    const [left, archived] = [partitionOf(daysAgo(50)), partitionOf(daysAgo(49))];
    await session.query(`COMMENT ON TABLE ${left} IS '${PURGE_MARK}'`);
    await session.query(`ALTER TABLE site_report DETACH PARTITION ${left}`);
    await session.query(`ALTER TABLE site_report DETACH PARTITION ${archived}`);
    await maintenance.prepare(RETENTION_MS);
    strictEqual((await maintenance.purge(never))!.reports, 2);
    deepStrictEqual(
      await session.query(`SELECT to_regclass('${left}') AS l, to_regclass('${archived}') AS a`),
      [{ l: null, a: archived }],
    );
  },
);

postgresTest("no temporary table of a caller moves the horizon", async (opened) => {
  await opened.store.apply(chunk([aReport({ recorded_at: daysAgo(5) })]));
  await using own = await ownRole(opened);
  const call = "SELECT drop_expired_report_partition() AS is_dropped";
  await using caller = await openSession(own.login);
  await rejects(() => caller.query(call), /permission denied for function/);
  await opened.session.query(
    `GRANT EXECUTE ON FUNCTION drop_expired_report_partition() TO ${own.role}`,
  );
  await caller.query(
    "CREATE TEMP TABLE history_horizon AS SELECT now() AS not_before",
  );
  deepStrictEqual(await caller.query(call), [{ is_dropped: false }]);
  strictEqual((await partitionsOf(opened.session)).length, 1);
});

postgresTest("purge() runs beside stores that apply, without a failure", async (opened) => {
  const { store, maintenance, tables } = opened;
  const old = [60, 55, 50, 45, 40, 38].map((days, index) =>
    aReport({ sequence: index + 1, recorded_at: daysAgo(days) })
  );
  await store.apply(chunk(old));
  let isPurging = true;
  const purging = maintenance.prepare(RETENTION_MS).then(() => maintenance.purge(never))
    .finally(() => isPurging = false);
  let sequence = 100;
  while (isPurging) {
    const reports = [...old, aReport({ sequence: ++sequence, recorded_at: daysAgo(0) })];
    await store.apply(chunk(reports));
  }
  strictEqual((await purging)!.reports, 6);
  strictEqual((await tables()).site_report.length, sequence - 100);
});
