/** What a status page waits for: each question of the query port, in both stores. */
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { systemClock as clock } from "../../src/runtime/clock.ts";
import type { StatusQueries } from "../../src/status/queries.ts";
import { Connection } from "../../src/status/postgres/connection.ts";
import { makePartitionsAhead } from "../../src/status/postgres/partitions.ts";
import type { PostgresOptions } from "../../src/status/postgres/postgres_options.ts";
import { PostgresQueries } from "../../src/status/postgres/postgres_queries.ts";
import * as statements from "../../src/status/postgres/query_statements.ts";
import { PostgresStore } from "../../src/status/postgres/postgres_store.ts";
import { SqliteQueries } from "../../src/status/sqlite/sqlite_queries.ts";
import { SqliteStore } from "../../src/status/sqlite/sqlite_store.ts";
import { optionsOf } from "../status/postgres/opened_store.ts";
import { benchDatabase } from "./bench_database.ts";
import { explain } from "./explain.ts";
import { type BenchOptions, type Figure, median, type Scenario } from "./scenario.ts";
import { type PageDataSize, postgresPageData, sqlitePageData } from "./status_page_data.ts";

const WHOLE: PageDataSize = { sites: 1_000, days: 90, reports: 1_440 };
/** What a page shows at once. */
const PAGE_SITES = 50;
const SHORT: PageDataSize = { sites: 10, days: 2, reports: 10 };
/** Making the data takes minutes; a statement of it may take some. */
const MAKING_TIMEOUT_MS = 600_000;

export const statusPage: Scenario = {
  description: "the questions of a status page, on 1,000 sites checked each minute for 90 days",
  async run(options) {
    const size = options.isShort ? SHORT : WHOLE;
    return [...await ofPostgres(size, options), ...await ofSqlite(size, options)];
  },
};

async function ofPostgres(size: PageDataSize, options: BenchOptions): Promise<Figure[]> {
  await using closing = new AsyncDisposableStack();
  const connection = optionsOf(closing.use(await benchDatabase()));
  const store = new PostgresStore({ connection });
  await store.migrate();
  await store.close();
  await fill(connection, size);
  const queries = new PostgresQueries({ connection });
  closing.defer(() => queries.close());
  return [
    ...await measured("PostgreSQL", queries, options),
    ...await explained(connection, options),
  ];
}

/** The statements behind the questions, each with its plan on standard error. */
async function explained(
  options: PostgresOptions,
  { isShort }: BenchOptions,
): Promise<Figure[]> {
  const site = ["site-1", "default"];
  const sites = Array.from({ length: PAGE_SITES }, (_, n) => `site-${n + 1}`);
  const questions = [
    { statement: statements.STATUSES, values: [] },
    { statement: statements.UPTIMES, values: [] },
    { statement: statements.DAYS, values: [sites, sites.map(() => "default"), 90] },
    { statement: statements.TRANSITIONS, values: [...site, 30] },
    { statement: statements.LATENCY, values: [...site, 30] },
    { statement: statements.FAILURES, values: site },
    { statement: statements.RECENT, values: site },
  ];
  const connection = await Connection.open(options);
  try {
    const figures: Figure[] = [];
    for (const { statement, values } of questions) {
      const { plan, cpuMs } = await explain(connection, statement, {
        values,
        times: isShort ? 1 : 15,
      });
      if (!isShort) console.error(`\n${statement.name}\n${plan.join("\n")}`);
      figures.push({ name: `PostgreSQL: CPU of ${statement.name}`, unit: "ms", value: cpuMs });
    }
    return figures;
  } finally {
    await connection.close();
  }
}

async function fill(options: PostgresOptions, size: PageDataSize): Promise<void> {
  const patient = { ...options, statementTimeoutMs: MAKING_TIMEOUT_MS };
  const connection = await Connection.open(patient);
  try {
    const nowMs = Date.now() - 86_400_000;
    await makePartitionsAhead(connection, { nowMs, days: 2 });
    await connection.execute(postgresPageData(size));
    // What autovacuum does on a server that runs for longer than this.
    await connection.execute("VACUUM ANALYZE");
  } finally {
    await connection.close();
  }
}

async function ofSqlite(size: PageDataSize, options: BenchOptions): Promise<Figure[]> {
  const folder = await Deno.makeTempDir({ prefix: "sitemon-bench-" });
  const path = `${folder}/status.db`;
  const queries = new SqliteQueries({ path });
  try {
    const store = new SqliteStore({ path, clock });
    await store.migrate();
    await store.close();
    using db = new DatabaseSync(path);
    db.exec(sqlitePageData(size));
    return await measured("SQLite", queries, options);
  } finally {
    await queries.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function measured(
  store: string,
  queries: StatusQueries,
  { isShort }: BenchOptions,
): Promise<Figure[]> {
  const { cursor, statuses } = await queries.changesSince(undefined);
  const page = statuses.slice(0, PAGE_SITES);
  const [site] = statuses;
  const questions = {
    "statuses()": () => queries.statuses(),
    "uptimes()": () => queries.uptimes(),
    [`daily() of ${PAGE_SITES} sites, 90 days`]: () => queries.daily(page, 90),
    "history() of 30 days": () => queries.history(site!, { transitionDays: 30, latencyDays: 30 }),
    "changesSince(), nothing new": () => queries.changesSince(cursor),
  };
  const figures: Figure[] = [];
  for (const [name, ask] of Object.entries(questions)) {
    const calls = await callsOf(ask, isShort ? 2 : 40);
    const ms = calls.map((call) => call.ms);
    const slow = ms.toSorted((a, b) => a - b)[Math.floor(ms.length * 0.95)]!;
    const cpuMs = median(calls.map((call) => call.cpuMs));
    figures.push({ name: `${store}: ${name}`, unit: "ms", value: median(ms) });
    figures.push({ name: `${store}: ${name}, 95 %`, unit: "ms", value: slow });
    figures.push({ name: `${store}: ${name}, CPU of the reader`, unit: "ms", value: cpuMs });
  }
  return figures;
}

/** What one call took, by the clock and by the account of this process. */
interface Call {
  readonly ms: number;
  readonly cpuMs: number;
}

/** Each of some calls, after a first one that prepares what is prepared once. */
async function callsOf(ask: () => Promise<unknown>, count: number): Promise<Call[]> {
  await ask();
  const calls: Call[] = [];
  for (let call = 0; call < count; call++) {
    const [startMs, start] = [performance.now(), process.cpuUsage()];
    await ask();
    const [ms, { user, system }] = [performance.now() - startMs, process.cpuUsage(start)];
    calls.push({ ms, cpuMs: (user + system) / 1_000 });
  }
  return calls;
}
