import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { DependencyState } from "../../../src/runtime/telemetry/telemetry.ts";
import { ThreadTelemetry } from "../../../src/runtime/telemetry/thread_telemetry.ts";
import type { PostgresOptions } from "../../../src/status/postgres/connection/postgres_options.ts";
import { PostgresStore } from "../../../src/status/postgres/postgres_store.ts";
import {
  RowRejectedError,
  StoreConfigurationError,
  StoreUnavailableError,
} from "../../../src/status/store.ts";
import type { SiteReport } from "../../../src/report/report.ts";
import { closing } from "../../contract/opened_store.ts";
import { aReport, chunk, DAY, NOON, nthReport, PRODUCERS } from "../../contract/site_reports.ts";
import { eventually, within } from "../../support/waiting.ts";
import { serviceTest } from "../../services/with_services.ts";
import {
  openSession,
  openStore,
  ownSchema,
  partitionsOf,
  postgresTest,
  type Session,
} from "./opened_store.ts";

/** Resolves when a statement of the store waits for a lock. */
async function untilItWaits(session: Session): Promise<number> {
  return await eventually(60_000, "a statement waits for a lock", async () => {
    const [row] = await session.query<{ pid: number }>(
      `SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
       WHERE NOT granted AND application_name = 'sitemon' AND datname = current_database()`,
    );
    return row?.pid;
  });
}

/** Runs `body` while another session holds a table, at which the store has to wait. */
async function whileLocked(table: string, options: PostgresOptions, body: () => Promise<void>) {
  await using holder = await openSession(options);
  await holder.query(`BEGIN; LOCK TABLE ${table}`);
  await body();
}

postgresTest("apply() changes nothing and connects anew, when its backend is ended", async (it) => {
  const { store, session, options, tables } = it;
  await store.apply(chunk([nthReport(1)]));
  const before = await tables();
  const next = chunk([nthReport(2, { outcome: "down" }), nthReport(3)]);
  await whileLocked("site_transition", options, async () => {
    const failed = rejects(store.apply(next), { name: "StoreUnavailableError", isKnown: true });
    const pid = await untilItWaits(session);
    await session.query("SELECT pg_terminate_backend($1)", [pid]);
    await within(5_000, "apply() rejects", failed);
  });
  deepStrictEqual(await tables(), before);
  strictEqual((await store.apply(next)).applied, 2);
});

serviceTest("postgres")(
  "apply() is given up by the server, when a table stays locked",
  async () => {
    await using opened = await openStore({ statementTimeoutMs: 200 });
    const { store, options } = opened;
    await store.apply(chunk([nthReport(1)]));
    await whileLocked("site_status", options, async () => {
      const failed = rejects(store.apply(chunk([nthReport(2)])), {
        name: "StoreUnavailableError",
        message: /canceling statement due to statement timeout \(57014\)/,
      });
      await within(5_000, "apply() rejects", failed);
    });
    strictEqual((await store.apply(chunk([nthReport(2)]))).applied, 1);
  },
);

postgresTest("apply() tries again by itself, when it loses a deadlock", async (opened) => {
  const { store, session, options } = opened;
  const [a, b] = [nthReport(1, { site: "a" }), nthReport(2, { site: "b" })];
  await store.apply(chunk([a, b]));
  await using other = await openSession(options);
  // The other waits longer than the store before it looks for a deadlock, so the store finds it.
  await other.query("SET deadlock_timeout = '60s'; BEGIN");
  await other.query("SELECT 1 FROM site_status WHERE site = 'b' FOR UPDATE");
  const later = [nthReport(3, { site: "a" }), nthReport(4, { site: "b" })];
  const applying = store.apply(chunk(later));
  await untilItWaits(session);
  await other.query("SELECT 1 FROM site_status WHERE site = 'a' FOR UPDATE");
  await other.query("COMMIT");
  strictEqual((await within(10_000, "apply()", applying)).applied, 2);
});

/** The backends of stores, of this test and those that another left. */
function openBackends(session: Session): Promise<unknown[]> {
  return session.query(
    `SELECT pid FROM pg_stat_activity
     WHERE application_name = 'sitemon' AND datname = current_database() ORDER BY pid`,
  );
}

function untilNoBackend(session: Session): Promise<true> {
  const isFree = async () => (await openBackends(session)).length === 0 || undefined;
  return eventually(60_000, "the stores' backends have ended", isFree);
}

/** Deadlocks of the database so far, with those of every store that was closed. */
async function deadlocksOf(session: Session): Promise<number> {
  const [row] = await session.query<{ count: number }>(
    "SELECT deadlocks::int AS count FROM pg_stat_database WHERE datname = current_database()",
  );
  return row!.count;
}

postgresTest(
  "apply() ends the same without a deadlock, when two stores apply all",
  async (opened) => {
    const { store, session, options, tables } = opened;
    const deadlocks = await deadlocksOf(session);
    const other = new PostgresStore({ connection: options });
    const reports = Array.from({ length: 3_000 }, (_, i) => {
      const outcome = i % 3 === 0 ? "down" : "up";
      return aReport({
        site: `site ${i * 7 % 50}`,
        sequence: i + 1,
        recorded_at: NOON + i,
        outcome,
      });
    });
    const chunks = Array.from({ length: 30 }, (_, i) => reports.slice(i * 100, i * 100 + 100));
    async function applyAll(to: typeof store, order: readonly SiteReport[][]): Promise<number> {
      let sum = 0;
      for (const part of order) sum += (await to.apply(chunk(part))).applied;
      return sum;
    }
    try {
      const sums = await Promise.all([
        applyAll(store, chunks),
        applyAll(other, chunks.map((part) => part.toReversed()).toReversed()),
      ]);
      strictEqual(sums[0]! + sums[1]!, 3_000);
      await using single = await openStore();
      await applyAll(single.store, chunks);
      deepStrictEqual(await tables(), await single.tables());
    } finally {
      await other.close();
      await store.close();
    }
    await untilNoBackend(session);
    strictEqual(await deadlocksOf(session), deadlocks);
  },
);

postgresTest("apply() makes each day once, when two stores need it at once", async (opened) => {
  const { store, session, options } = opened;
  await using second = closing(new PostgresStore({ connection: options }));
  await using third = closing(new PostgresStore({ connection: options }));
  const days = Array.from({ length: 10 }, (_, i) => {
    return aReport({ sequence: i + 1, recorded_at: NOON + i * DAY });
  });
  const counts = await Promise.all([store, second, third].map((it) => it.apply(chunk(days))));
  strictEqual(counts.reduce((sum, { applied }) => sum + applied, 0), 10);
  const partitions = await partitionsOf(session);
  strictEqual(partitions.length, 10);
  strictEqual(partitions[0], "site_report_20260115");
});

postgresTest("apply() divides days at midnight UTC", async (opened) => {
  const midnight = NOON + DAY / 2;
  await opened.store.apply(chunk([
    aReport({ sequence: 1, recorded_at: midnight - 1 }),
    aReport({ sequence: 2, recorded_at: midnight }),
  ]));
  const rows = await opened.session.query<{ day: string }>(
    "SELECT tableoid::regclass::text AS day FROM site_report ORDER BY sequence",
  );
  deepStrictEqual(rows.map(({ day }) => day), ["site_report_20260115", "site_report_20260116"]);
});

postgresTest("apply() makes no partition for what is expired", async (opened) => {
  await opened.setHorizon(new Date((NOON + DAY) / 1_000));
  const reports = [aReport({ sequence: 1 }), aReport({ sequence: 2, recorded_at: NOON + 2 * DAY })];
  const { applied, expired } = await opened.store.apply(chunk(reports));
  deepStrictEqual({ applied, expired }, { applied: 1, expired: 1 });
  deepStrictEqual(await partitionsOf(opened.session), ["site_report_20260117"]);
});

postgresTest("apply() asks for a change and recovers, when a table is missing", async (opened) => {
  const { store, session } = opened;
  await session.query("ALTER TABLE site_hour RENAME TO gone");
  await rejects(() => store.apply(chunk([nthReport(1)])), {
    name: "StoreConfigurationError",
    message: /relation "site_hour" does not exist \(42P01\); run "sitemon migrate"/,
  });
  await session.query("ALTER TABLE gone RENAME TO site_hour");
  strictEqual((await store.apply(chunk([nthReport(1)]))).applied, 1);
});

postgresTest("apply() asks for a change, when the horizon was lost", async (opened) => {
  await opened.session.query("DELETE FROM history_horizon");
  await rejects(() => opened.store.apply(chunk([nthReport(1)])), {
    name: "StoreConfigurationError",
    message: "the table history_horizon has 0 rows instead of one; restore it",
  });
});

const badReports: Readonly<Record<string, Partial<SiteReport>>> = {
  "an unknown outcome": { outcome: "sideways" as SiteReport["outcome"] },
  "a time beyond 32 bits": { response_time: 2 ** 31 },
  "no uuid": { producer_id: "me" },
  "a NUL": { error_text: "a\0b" },
  "half a character": { error_text: "a\ud800b" },
};
for (const [what, overrides] of Object.entries(badReports)) {
  postgresTest(
    `apply() rejects a row and keeps its connection, when there is ${what}`,
    async (it) => {
      const { store, session, tables } = it;
      await untilNoBackend(session);
      await store.apply(chunk([nthReport(1)]));
      const [before, backends] = [await tables(), await openBackends(session)];
      strictEqual(backends.length, 1);
      const bad = nthReport(3, { site: "bad", ...overrides });
      await rejects(() => store.apply(chunk([nthReport(2), bad])), RowRejectedError);
      deepStrictEqual(await tables(), before);
      strictEqual((await store.apply(chunk([nthReport(2)]))).applied, 1);
      deepStrictEqual(await openBackends(session), backends);
    },
  );
}

postgresTest("apply() removes a site's row, when nothing of it was taken", async (opened) => {
  const { store, session } = opened;
  await store.apply(chunk([nthReport(1)]));
  await session.query("DELETE FROM site_status");
  deepStrictEqual((await store.apply(chunk([nthReport(1)]))).duplicate, 1);
  deepStrictEqual(await session.query("TABLE site_status"), []);
});

postgresTest("apply() takes turns, when it is called twice at once", async ({ store }) => {
  const all = await Promise.all([1, 2, 1].map((nth) => store.apply(chunk([nthReport(nth)]))));
  deepStrictEqual(all.map(({ applied }) => applied), [1, 1, 0]);
});

postgresTest("apply() mends only the report after a late one, over many days", async (opened) => {
  const { store, session } = opened;
  const at = (day: number, outcome: "up" | "down", sequence: number) =>
    aReport({ recorded_at: NOON + day * DAY, outcome, sequence, producer_id: PRODUCERS[day % 3]! });
  await store.apply(chunk([0, 1, 2, 4, 5, 6].map((day) => at(day, "up", day + 1))));
  await store.apply(chunk([at(3, "down", 4)]));
  const rows = await session.query(
    "SELECT extract(day FROM order_at)::int AS day, outcome FROM site_transition ORDER BY order_at",
  );
  const days = rows.map(({ day, outcome }) => `${day} ${outcome}`);
  deepStrictEqual(days, ["15 up", "18 down", "19 up"]);
});

postgresTest("PostgresStore tells whether PostgreSQL can be used", async ({ options }) => {
  const states: DependencyState[] = [];
  const telemetry = new ThreadTelemetry((name, state) => {
    strictEqual(name, "postgres");
    states.push(state);
  });
  const open = (connection: PostgresOptions) =>
    closing(new PostgresStore({ connection, telemetry }));
  await using nowhere = open({ ...options, port: 1 });
  await using unmigrated = open(ownSchema());
  await using store = open(options);
  await rejects(() => nowhere.apply(chunk([nthReport(1)])), StoreUnavailableError);
  await rejects(() => unmigrated.apply(chunk([nthReport(1)])), StoreConfigurationError);
  await store.apply(chunk([nthReport(1)]));
  await rejects(() => store.apply(chunk([nthReport(1, { sequence: 1.5 })])), RowRejectedError);
  deepStrictEqual(
    states.map(({ ok, reason }) => [ok, reason]),
    [[false, "unavailable"], [false, "configuration"], [true, undefined]],
  );
  ok(states[0]!.detail!.includes("ECONNREFUSED"));
});

postgresTest("apply() keeps each day's total, when days arrive in any order", async (opened) => {
  const onDay = (day: number, sequence: number) =>
    nthReport(sequence, { recorded_at: NOON + day * DAY, next_check_ms: 1_000 * sequence });
  await opened.store.apply(chunk([onDay(5, 1)]));
  await opened.store.apply(chunk([onDay(1, 2), onDay(3, 4), onDay(5, 8)]));
  await opened.store.apply(chunk([onDay(1, 16), onDay(3, 32), onDay(9, 64)]));
  const rows = await opened.session.query<{ up_ms: number; total_up_ms: string }>(
    "SELECT up_ms, total_up_ms FROM site_day ORDER BY day",
  );
  deepStrictEqual(
    rows.map(({ up_ms, total_up_ms }) => [up_ms / 1_000, Number(total_up_ms) / 1_000]),
    [[2 + 16, 18], [4 + 32, 18 + 36], [1 + 8, 54 + 9], [64, 63 + 64]],
  );
});
