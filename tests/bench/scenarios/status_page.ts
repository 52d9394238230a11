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
import type { Figure, Scenario } from "../frame/scenario.ts";
import { type PageDataSize, postgresPageData, sqlitePageData } from "../frame/status_page_data.ts";
import type { Workbench } from "../frame/workbench.ts";
import { pageQuestions, pageStatements } from "./page_questions.ts";

const WHOLE: PageDataSize = { sites: 1_000, days: 90, reports: 1_440 };
const SHORT: PageDataSize = { sites: 10, days: 2, reports: 10 };
/** Making the data takes minutes; a statement of it may take some. */
const MAKING_TIMEOUT_MS = 600_000;

export const statusPage: Scenario = {
  description: "the questions of a status page, on 1,000 sites checked each minute for 90 days",
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
      ...await pageStatements(connection, {
        isShort: bench.isShort,
        site: (n) => `site-${n + 1}`,
      }),
    ];
  } finally {
    await queries.close();
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

async function ofSqlite(bench: Workbench, size: PageDataSize): Promise<Figure[]> {
  const path = `${bench.folder()}/status.db`;
  const store = new SqliteStore({ path, clock });
  await store.migrate();
  await store.close();
  using db = new DatabaseSync(path);
  db.exec(sqlitePageData(size));
  const queries = new SqliteQueries({ path });
  try {
    return await pageQuestions("SQLite", queries, bench);
  } finally {
    await queries.close();
  }
}
