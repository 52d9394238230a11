/** What a status page waits for: each question of the query port, in both stores. */
import { DatabaseSync } from "node:sqlite";
import { systemClock as clock } from "../../src/runtime/clock.ts";
import type { StatusQueries } from "../../src/status/queries.ts";
import { Connection } from "../../src/status/postgres/connection.ts";
import { makePartitionsAhead } from "../../src/status/postgres/partitions.ts";
import type { PostgresOptions } from "../../src/status/postgres/postgres_options.ts";
import { PostgresQueries } from "../../src/status/postgres/postgres_queries.ts";
import { PostgresStore } from "../../src/status/postgres/postgres_store.ts";
import { SqliteQueries } from "../../src/status/sqlite/sqlite_queries.ts";
import { SqliteStore } from "../../src/status/sqlite/sqlite_store.ts";
import { createDatabase } from "../services/database.ts";
import { sharePostgres } from "../services/postgres.ts";
import { optionsOf } from "../status/postgres/opened_store.ts";
import { type BenchOptions, type Figure, median, type Scenario } from "./scenario.ts";
import { type PageDataSize, postgresPageData, sqlitePageData } from "./status_page_data.ts";

const WHOLE: PageDataSize = { sites: 1_000, days: 90, reports: 1_440 };
const SHORT: PageDataSize = { sites: 10, days: 2, reports: 10 };
/** Making the data takes minutes; a statement of it may take some. */
const MAKING_TIMEOUT_MS = 600_000;

export const statusPage: Scenario = {
  description: "the questions of a status page, on 1,000 sites checked each minute for 90 days",
  async run({ isShort }) {
    const size = isShort ? SHORT : WHOLE;
    return [...await ofPostgres(size, { isShort }), ...await ofSqlite(size, { isShort })];
  },
};

async function ofPostgres(size: PageDataSize, options: BenchOptions): Promise<Figure[]> {
  await using closing = new AsyncDisposableStack();
  if (Deno.env.get("SITEMON_TEST_POSTGRES") === undefined) {
    const server = closing.use(await sharePostgres());
    Deno.env.set("SITEMON_TEST_POSTGRES", server.address);
  }
  const connection = optionsOf(closing.use(await createDatabase()));
  const store = new PostgresStore({ connection });
  await store.migrate();
  await store.close();
  await fill(connection, size);
  const queries = new PostgresQueries({ connection });
  closing.defer(() => queries.close());
  return await measured("PostgreSQL", queries, options);
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
  const page = statuses.slice(0, 50);
  const [site] = statuses;
  const questions = {
    "statuses()": () => queries.statuses(),
    "uptimes()": () => queries.uptimes(),
    "daily() of 50 sites, 90 days": () => queries.daily(page, 90),
    "history() of 30 days": () => queries.history(site!, { transitionDays: 30, latencyDays: 30 }),
    "changesSince(), nothing new": () => queries.changesSince(cursor),
  };
  const figures: Figure[] = [];
  for (const [name, ask] of Object.entries(questions)) {
    const times = await timesOf(ask, isShort ? 2 : 40);
    figures.push({ name: `${store}: ${name}`, unit: "ms", value: median(times) });
    const slow = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)]!;
    figures.push({ name: `${store}: ${name}, 95 %`, unit: "ms", value: slow });
  }
  return figures;
}

/** Milliseconds of each of some calls, after a first one that prepares what is prepared once. */
async function timesOf(ask: () => Promise<unknown>, calls: number): Promise<number[]> {
  await ask();
  const times: number[] = [];
  for (let call = 0; call < calls; call++) {
    const startMs = performance.now();
    await ask();
    times.push(performance.now() - startMs);
  }
  return times;
}
