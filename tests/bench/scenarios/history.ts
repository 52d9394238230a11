/**
 * What a long history costs: whether ingest keeps its pace and pages their answers when there are
 * tens of millions of reports in the database.
 */
import { PostgresQueries } from "../../../src/status/postgres/postgres_queries.ts";
import type { PostgresAddress } from "../../services/postgres.ts";
import { openSession, optionsOf } from "../../status/postgres/opened_store.ts";
import type { BenchTopic } from "../frame/bench_topic.ts";
import { makeHistory } from "../frame/made_history.ts";
import { beginOf, publishReports } from "../frame/made_reports.ts";
import { costFigures, type Figure, type Scenario } from "../frame/scenario.ts";
import { inTurns, type MeasuredWorker, type TurnOptions } from "../frame/turns.ts";
import type { Workbench } from "../frame/workbench.ts";
import { startedConsumer } from "./ingest.ts";
import { pageQuestions, pageStatements } from "./page_questions.ts";

const SITES = 1_000;

interface Size extends TurnOptions {
  /** Of the history. */
  readonly rows: number;
  /** Of them, those that one statement makes: a few seconds for the whole form. */
  readonly chunkRows: number;
  /** Reports that come after them: more than each consumer applies in all windows. */
  readonly reports: number;
}

const WHOLE: Size = {
  ...{ rows: 20_000_000, chunkRows: 500_000, reports: 500_000, windows: 11, windowMs: 2_000 },
};
const SHORT: Size = {
  ...{ rows: 20_000, chunkRows: 5_000, reports: 20_000, windows: 1, windowMs: 300 },
};

/**
 * Making twenty million rows writes more than ten gigabytes of log. With the server's own 1 GB a
 * checkpoint would come every few seconds, and each has every page logged whole once more.
 */
const SETTINGS = { max_wal_size: "8GB" };

export const history: Scenario = {
  description: "a backlog and the questions of a status page, after a history of " +
    `${WHOLE.rows.toLocaleString("en")} reports and beside an empty database`,
  async run(bench) {
    const size = bench.sized(WHOLE, SHORT);
    const topic = await bench.topic();
    const empty = await bench.database(SETTINGS);
    const long = await bench.database();
    const { rows, reports } = size;
    const made = { sites: SITES, beginMicros: beginOf({ count: rows + reports, sites: SITES }) };
    const figures = await making(long, { ...size, ...made });
    await publishReports(topic, { ...made, first: rows, count: reports });
    return [
      ...figures,
      ...await ingested(bench, topic, { empty, long }),
      ...await asked(bench, long),
    ];
  },
};

/** Makes it, with a line of progress for each statement: the whole form takes minutes. */
async function making(
  database: PostgresAddress,
  { rows, chunkRows, ...reports }: Size & { readonly sites: number; readonly beginMicros: number },
): Promise<Figure[]> {
  const startMs = performance.now();
  const seconds = () => (performance.now() - startMs) / 1_000;
  const onProgress = (made: number) =>
    console.error(
      `history: ${made.toLocaleString("en")} of ${rows.toLocaleString("en")} rows ` +
        `after ${seconds().toFixed()} s`,
    );
  await makeHistory(optionsOf(database), { ...reports, rows, chunkRows, onProgress });
  const madeSeconds = seconds();
  await using session = await openSession(optionsOf(database));
  const [table] = await session.query<{ rows: number; bytes: number }>(
    `SELECT (SELECT count(*)::float8 FROM site_report) AS rows,
       sum(pg_total_relation_size(inhrelid))::float8 AS bytes
     FROM pg_inherits WHERE inhparent = 'site_report'::regclass`,
  );
  const { rows: kept, bytes } = table!;
  return [
    { name: "reports of the history", unit: "rows", value: kept },
    { name: "their table with its indexes", unit: "MB", value: bytes / 1e6 },
    { name: "a report's part of it", unit: "bytes", value: bytes / kept },
    { name: "making the history", unit: "s", value: madeSeconds },
  ];
}

/** One consumer for each database, in turns, with the same reports. */
async function ingested(
  whole: Workbench,
  topic: BenchTopic,
  databases: Readonly<Record<"empty" | "long", PostgresAddress>>,
): Promise<Figure[]> {
  await using bench = await whole.part();
  const start = async (name: keyof typeof databases): Promise<MeasuredWorker> => {
    const database = databases[name];
    return { ...await startedConsumer(bench, { topic, database, name }), database };
  };
  const workers = { empty: await start("empty"), long: await start("long") };
  const { empty, long } = await inTurns(workers, bench.sized(WHOLE, SHORT));
  return costFigures("one member", {
    "reports applied": "perSecond",
    "CPU of consumer and server per report": "cpuMicros",
  }, { value: long, floor: empty });
}

/** What a page asks, of the sites that ingest has just added to. */
async function asked(bench: Workbench, database: PostgresAddress): Promise<Figure[]> {
  const connection = optionsOf(database);
  const queries = new PostgresQueries({ connection });
  try {
    return [
      ...await pageQuestions("PostgreSQL", queries, bench),
      ...await pageStatements(connection, { isShort: bench.isShort, site: (n) => `site ${n}` }),
    ];
  } finally {
    await queries.close();
  }
}
