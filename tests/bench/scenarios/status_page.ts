/** What a status page waits for: each question of the query port in both stores, and what it weighs. */
import { DatabaseSync } from "node:sqlite";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import { DAY_MS } from "../../../src/runtime/time_units.ts";
import { Connection } from "../../../src/status/postgres/connection/connection.ts";
import type { PostgresOptions } from "../../../src/status/postgres/connection/postgres_options.ts";
import { makePartitionsAhead } from "../../../src/status/postgres/partitions.ts";
import {
  POSTGRES_QUERIES,
  PostgresQueries,
} from "../../../src/status/postgres/postgres_queries.ts";
import { PostgresStore } from "../../../src/status/postgres/postgres_store.ts";
import type { StatusQueries } from "../../../src/status/queries.ts";
import { queryStatements } from "../../../src/status/sql/sql_queries.ts";
import { sqliteParts } from "../../../src/status/sqlite/sqlite_parts.ts";
import { SqliteQueries } from "../../../src/status/sqlite/sqlite_queries.ts";
import { SqliteStore } from "../../../src/status/sqlite/sqlite_store.ts";
import { optionsOf } from "../../status/postgres/opened_store.ts";
import { processCpuMs } from "../frame/measured_process.ts";
import { callsOf, type Figure, median, quantile, type Scenario } from "../frame/scenario.ts";
import { type PageDataSize, postgresPageData, sqlitePageData } from "../frame/status_page_data.ts";
import type { Workbench } from "../frame/workbench.ts";
import { pageWeights } from "./page_weights.ts";

const WHOLE: PageDataSize = { sites: 1_000, days: 90, reports: 1_440 };
const SHORT: PageDataSize = { sites: 10, days: 2, reports: 10 };
/** Making the data takes minutes; a statement of it may take some. */
const MAKING_TIMEOUT_MS = 600_000;

export const statusPage: Scenario = {
  description:
    "questions and weights of a status page: 1,000 sites checked each minute for 90 days",
  async run(bench) {
    const size = bench.sized(WHOLE, SHORT);
    return [...await ofPostgres(bench, size), ...await ofSqlite(bench, size)];
  },
};

async function ofPostgres(bench: Workbench, size: PageDataSize): Promise<Figure[]> {
  const connection = optionsOf(await bench.database());
  const store = new PostgresStore({ connection });
  await store.migrate();
  await store.close();
  await fill(connection, size);
  const queries = new PostgresQueries({ connection });
  try {
    return [
      ...await pageQuestions("PostgreSQL", queries, bench),
      ...await pageStatements(connection, bench),
    ];
  } finally {
    await queries.close();
  }
}

async function fill(options: PostgresOptions, size: PageDataSize): Promise<void> {
  const patient = { ...options, statementTimeoutMs: MAKING_TIMEOUT_MS };
  const connection = await Connection.open(patient);
  try {
    const nowMs = Date.now() - DAY_MS;
    await makePartitionsAhead(connection, { nowMs, days: 2 });
    await connection.execute(postgresPageData(size));
    // What autovacuum does on a server that runs for longer than this.
    await connection.execute("VACUUM ANALYZE");
  } finally {
    await connection.close();
  }
}

async function ofSqlite(bench: Workbench, size: PageDataSize): Promise<Figure[]> {
  const path = `${bench.folder()}/status.db`;
  const store = new SqliteStore({ path, clock });
  await store.migrate();
  await store.close();
  using db = new DatabaseSync(path);
  db.exec(sqlitePageData(size));
  const queries = new SqliteQueries({ path });
  const records = sqliteParts({ path }, { clock }).alertRecords();
  try {
    return [
      ...await pageQuestions("SQLite", queries, bench),
      ...await pageWeights({ queries, records }, bench),
    ];
  } finally {
    await records.close();
    await queries.close();
  }
}

/** What a page shows at once. */
const PAGE_SITES = 50;

/** Each question several times, by the clock and by the CPU of this process. */
async function pageQuestions(
  store: string,
  queries: StatusQueries,
  bench: Workbench,
): Promise<Figure[]> {
  const { cursor, statuses } = await queries.changesSince(undefined);
  const page = statuses.slice(0, PAGE_SITES);
  const [site] = statuses;
  const questions = {
    "statuses()": () => queries.statuses(),
    "uptimes()": () => queries.uptimes(),
    [`daily() of ${PAGE_SITES} sites, 90 days`]: () => queries.daily(page, 90),
    "history() of 30 days": () => queries.history(site!, { transitionDays: 30, latencyDays: 30 }),
    "incidents() of 7 days": () => queries.incidents(lastDays(7)),
    "incidents() of one site, 90 days": () =>
      queries.incidents({ ...lastDays(90), site: site!.site }),
    "changesSince(), nothing new": () => queries.changesSince(cursor),
  };
  const figures: Figure[] = [];
  for (const [question, ask] of Object.entries(questions)) {
    const { ms, cpuMs } = await callsOf(ask, bench.sized(40, 2));
    const name = `${store}: ${question}`;
    figures.push(
      { name, unit: "ms", value: median(ms) },
      { name: `${name}, 95 %`, unit: "ms", value: quantile(ms, 0.95) },
      { name: `${name}, CPU of the reader`, unit: "ms", value: median(cpuMs) },
    );
  }
  return figures;
}

/** The time that `sitemon incidents` asks about. */
function lastDays(days: number): { readonly since: Date; readonly until: Date } {
  const until = new Date();
  return { since: new Date(until.getTime() - days * DAY_MS), until };
}

/**
 * The statements behind the questions, each with its plan on standard error. They are executed as
 * sitemon's connections do, with a plan for any parameters; the server has to run on this machine,
 * where the kernel's account of its processes can be read.
 */
async function pageStatements(
  options: PostgresOptions,
  { isShort }: Workbench,
): Promise<Figure[]> {
  const one = ["site-1", "default"];
  const page = Array.from({ length: PAGE_SITES }, (_, n) => {
    return { site: `site-${n + 1}`, location: "default" };
  });
  const statements = queryStatements(POSTGRES_QUERIES);
  const questions = [
    { statement: statements.statuses, values: [] },
    { statement: statements.uptimes, values: [] },
    { statement: statements.days, values: [JSON.stringify(page), 90] },
    { statement: statements.transitions, values: [...one, 30] },
    { statement: statements.latestByHour, values: [...one, 30] },
    { statement: statements.failures, values: one },
    { statement: statements.recent, values: one },
  ];
  const connection = await Connection.open(options);
  try {
    const [server] = await connection.execute<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const figures: Figure[] = [];
    for (const { statement: { name, text }, values } of questions) {
      const explain = {
        name: `explain_${name}`,
        text: `EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) ${text}`,
      };
      const cpuMs: number[] = [];
      let plan: { "QUERY PLAN": string }[] = [];
      while (cpuMs.length < (isShort ? 1 : 15)) {
        const startMs = processCpuMs(server!.pid);
        plan = await connection.query<{ "QUERY PLAN": string }>(explain, values);
        cpuMs.push(processCpuMs(server!.pid) - startMs);
      }
      if (!isShort) {
        console.error([`\n${name}`, ...plan.map((row) => row["QUERY PLAN"])].join("\n"));
      }
      figures.push({ name: `PostgreSQL: CPU of ${name}`, unit: "ms", value: median(cpuMs) });
    }
    return figures;
  } finally {
    await connection.close();
  }
}
