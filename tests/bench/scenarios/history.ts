/** Whether a long history makes ingest dearer, and how long a status page waits for its answers. */
import { PostgresQueries } from "../../../src/status/postgres/postgres_queries.ts";
import { eventually } from "../../support/waiting.ts";
import { shareKafka } from "../../services/kafka.ts";
import type { PostgresAddress } from "../../services/postgres.ts";
import { openSession, optionsOf } from "../../status/postgres/opened_store.ts";
import { startBenchConsumer } from "../frame/bench_consumer.ts";
import { benchDatabase } from "../frame/bench_database.ts";
import { BenchTopic } from "../frame/bench_topic.ts";
import { makeHistory } from "../frame/made_history.ts";
import { pageQuestions, pageStatements } from "./page_questions.ts";
import { beginOf, publishReports } from "../frame/publish_reports.ts";
import type { BenchOptions, Figure, Scenario } from "../frame/scenario.ts";
import { inTurns, type TurnOptions, type Worker } from "../frame/turns.ts";

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
const FIRST_MS_MAX = 120_000;

/**
 * Making twenty million rows writes more than ten gigabytes of log. With the server's own 1 GB a
 * checkpoint would come every few seconds, and each has every page logged whole once more.
 */
const SETTINGS = { max_wal_size: "8GB" };

export const history: Scenario = {
  description: "a backlog and the questions of a status page, after a history of " +
    `${WHOLE.rows.toLocaleString("en")} reports and beside an empty database`,
  async run(options) {
    const size = options.isShort ? SHORT : WHOLE;
    await using kafka = await shareKafka();
    await using topic = await BenchTopic.create(kafka.address);
    await using empty = await benchDatabase(SETTINGS);
    await using long = await benchDatabase();
    const { rows, reports } = size;
    const made = { sites: SITES, beginMicros: beginOf({ count: rows + reports, sites: SITES }) };
    const figures = await making(long, { ...size, ...made });
    const topicOf = { bootstrap: kafka.address, topic: topic.name };
    await publishReports({ ...topicOf, ...made, first: rows, count: reports });
    return [
      ...figures,
      ...await ingested({ bootstrap: kafka.address, topic, empty, long }, size),
      ...await asked(long, options),
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
  { empty, long, ...kafka }: {
    readonly bootstrap: string;
    readonly topic: BenchTopic;
    readonly empty: PostgresAddress;
    readonly long: PostgresAddress;
  },
  size: TurnOptions,
): Promise<Figure[]> {
  await using closing = new AsyncDisposableStack();
  const workers = {
    empty: closing.use(await BegunConsumer.start({ ...kafka, database: empty, name: "empty" })),
    long: closing.use(await BegunConsumer.start({ ...kafka, database: long, name: "long" })),
  };
  const costs = await inTurns<keyof typeof workers>(workers, size);
  const figure = (name: string, unit: string, of: "perSecond" | "cpuMicros") => {
    return { name: `one member: ${name}`, unit, value: costs.long[of], floor: costs.empty[of] };
  };
  return [
    figure("reports applied", "/s", "perSecond"),
    figure("CPU of consumer and server per report", "µs", "cpuMicros"),
  ];
}

/** A consumer that has applied something, and is held still until its turn. */
class BegunConsumer implements Worker, AsyncDisposable {
  private constructor(
    readonly process: Worker["process"],
    readonly database: PostgresAddress,
    readonly count: () => Promise<number>,
  ) {}

  static async start(
    { bootstrap, topic, database, name }: {
      readonly bootstrap: string;
      readonly topic: BenchTopic;
      readonly database: PostgresAddress;
      readonly name: string;
    },
  ): Promise<BegunConsumer> {
    const group = `${topic.name}-${name}`;
    const process = await startBenchConsumer({
      ...{ bootstrap, topic: topic.name, group, members: 1, database },
    });
    const count = () => topic.committed(group);
    const consumer = new BegunConsumer(process, database, count);
    try {
      await eventually(FIRST_MS_MAX, "a first report", async () => await count() > 0 || undefined);
      process.suspend();
      return consumer;
    } catch (error) {
      await consumer[Symbol.asyncDispose]();
      throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}

/** What a page asks, of the sites that ingest has just added to. */
async function asked(database: PostgresAddress, options: BenchOptions): Promise<Figure[]> {
  const connection = optionsOf(database);
  const queries = new PostgresQueries({ connection });
  try {
    return [
      ...await pageQuestions("PostgreSQL", queries, options),
      ...await pageStatements(connection, { ...options, site: (n) => `site ${n}` }),
    ];
  } finally {
    await queries.close();
  }
}
