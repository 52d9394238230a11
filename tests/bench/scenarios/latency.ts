/** How long after the end of a check its row is in PostgreSQL: through producer, Kafka and consumer. */
import { Client } from "pg";
import { type PostgresServer, startPostgres } from "../../services/postgres.ts";
import { eventually, pause } from "../../support/waiting.ts";
import { type Figure, median, quantile, type Scenario } from "../frame/scenario.ts";

const PER_SECOND = 500;
const FIRST_MS_MAX = 120_000;

interface Windows {
  readonly sites: number;
  readonly windows: number;
  readonly windowMs: number;
  /** Until every site has come to its regular slots. */
  readonly warmUpMs: number;
}

const WHOLE: Windows = { sites: 1_000, windows: 7, windowMs: 8_000, warmUpMs: 12_000 };
const SHORT: Windows = { sites: 50, windows: 1, windowMs: 1_000, warmUpMs: 0 };

export const latency: Scenario = {
  description: `from the end of a check to its row in PostgreSQL, ${PER_SECOND} checks a second`,
  async run(bench) {
    const { sites, warmUpMs, windows, windowMs } = bench.sized(WHOLE, SHORT);
    // It records when each row was committed.
    const settings = { track_commit_timestamp: "on" };
    const postgres = bench.use(await startPostgres({ fsync: true, settings }));
    const topic = await bench.topic();
    const { plainPort } = await bench.web();
    await bench.consumer({ topic, database: postgres });
    const url = `http://127.0.0.1:${plainPort}/`;
    await bench.producer({ url, sites, perSecond: PER_SECOND, topic });
    await eventually(FIRST_MS_MAX, "a first row", async () => {
      return await topic.committed(topic.name) > 0 || undefined;
    });
    await pause(warmUpMs);
    const since = new Date();
    await pause(windows * windowMs);
    const until = new Date();
    await eventually(FIRST_MS_MAX, "the last row", () => isIn(postgres, until));
    const ages = await agesOf(postgres, { since, until, windowMs });
    const figure = (what: string, part: number): Figure => {
      const value = median(ages.map((window) => quantile(window, part)));
      return { name: `${PER_SECOND}/s: ${what}`, unit: "ms", value };
    };
    return [figure("median", 0.5), figure("99 %", 0.99)];
  },
};

async function rowsOf<Row>({ url }: PostgresServer, sql: string, values: unknown[]) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows as Row[];
  } finally {
    await client.end();
  }
}

async function isIn(postgres: PostgresServer, time: Date): Promise<true | undefined> {
  const [row] = await rowsOf<{ is_in: boolean }>(
    postgres,
    "SELECT coalesce(max(checked_at) > $1, false) AS is_in FROM site_report",
    [time],
  );
  return row!.is_in || undefined;
}

/** How many milliseconds after their checks rows were committed, a list for each window. */
async function agesOf(
  postgres: PostgresServer,
  { since, until, windowMs }: { since: Date; until: Date; windowMs: number },
): Promise<number[][]> {
  const rows = await rowsOf<{ window: number; age_ms: number }>(
    postgres,
    `SELECT floor(extract(epoch FROM checked_at - $1) * 1000 / $3)::int AS "window",
       extract(epoch FROM pg_xact_commit_timestamp(xmin) - checked_at)::float8 * 1000
         - response_time AS age_ms
     FROM site_report WHERE checked_at >= $1 AND checked_at < $2`,
    [since, until, windowMs],
  );
  const groups = Map.groupBy(rows, ({ window }) => window);
  return [...groups.values()].map((group) => group.map(({ age_ms }) => age_ms));
}
