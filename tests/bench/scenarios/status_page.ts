/** What a status page waits for: each question of the query port, in both stores. */
import { DatabaseSync } from "node:sqlite";
import { systemClock as clock } from "../../../src/runtime/clock.ts";
import { Connection } from "../../../src/status/postgres/connection/connection.ts";
import { makePartitionsAhead } from "../../../src/status/postgres/partitions.ts";
import type { PostgresOptions } from "../../../src/status/postgres/connection/postgres_options.ts";
import { PostgresQueries } from "../../../src/status/postgres/postgres_queries.ts";
import { PostgresStore } from "../../../src/status/postgres/postgres_store.ts";
import { SqliteQueries } from "../../../src/status/sqlite/sqlite_queries.ts";
import { SqliteStore } from "../../../src/status/sqlite/sqlite_store.ts";
import { optionsOf } from "../../status/postgres/opened_store.ts";
import { benchDatabase } from "../frame/bench_database.ts";
import { pageQuestions, pageStatements } from "./page_questions.ts";
import type { BenchOptions, Figure, Scenario } from "../frame/scenario.ts";
import { type PageDataSize, postgresPageData, sqlitePageData } from "../frame/status_page_data.ts";

const WHOLE: PageDataSize = { sites: 1_000, days: 90, reports: 1_440 };
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
    ...await pageQuestions("PostgreSQL", queries, options),
    ...await pageStatements(connection, { ...options, site: (n) => `site-${n + 1}` }),
  ];
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
    return await pageQuestions("SQLite", queries, options);
  } finally {
    await queries.close();
    await Deno.remove(folder, { recursive: true });
  }
}
