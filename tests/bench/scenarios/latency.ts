/**
 * How long after the end of a check its row is in PostgreSQL, through a producer, Kafka and a
 * consumer; beside the least code that brings a message through Kafka into a row.
 */
import { Client } from "pg";
import { type PostgresServer, startPostgres } from "../../services/postgres.ts";
import { eventually, pause } from "../../support/waiting.ts";
import { BareLatency } from "../floors/bare_latency.ts";
import { type Figure, median, type Scenario } from "../frame/scenario.ts";

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
    // Which tells when each row was committed.
    const settings = { track_commit_timestamp: "on" };
    const postgres = bench.use(await startPostgres({ fsync: true, settings }));
    const [topic, bareTopic] = [await bench.topic(), await bench.topic()];
    const { plainPort } = await bench.web();
    await bench.consumer({ topic, database: postgres });
    const url = `http://127.0.0.1:${plainPort}/`;
    await bench.producer({ url, sites, perSecond: PER_SECOND, topic });
    await eventually(FIRST_MS_MAX, "a first row", async () => {
      return await topic.committed(topic.name) > 0 || undefined;
    });
    await pause(warmUpMs);
    const { bootstrap, name } = bareTopic;
    const bare = bench.use(await BareLatency.start({ bootstrap, topic: name, postgres }));
    const since = new Date();
    await pause(windows * windowMs);
    const until = new Date();
    await eventually(FIRST_MS_MAX, "the last row", () => isIn(postgres, until));
    const whole = await percentiles(postgres, { since, until, windowMs });
    const figure = (part: string, value: number, floor: number): Figure => {
      return { name: `${PER_SECOND}/s: ${part}`, unit: "ms", value, floor };
    };
    return [
      figure("median", whole.median, bare.quantileMs(0.5)),
      figure("99 %", whole.most, bare.quantileMs(0.99)),
    ];
  },
};

async function rowsOf<Row>(postgres: PostgresServer, sql: string, values: unknown[]) {
  const client = new Client({ connectionString: postgres.url });
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

/** In the middle of the windows. */
async function percentiles(
  postgres: PostgresServer,
  { since, until, windowMs }: {
    readonly since: Date;
    readonly until: Date;
    readonly windowMs: number;
  },
): Promise<{ median: number; most: number }> {
  const windows = await rowsOf<{ middle: number; most: number }>(
    postgres,
    `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY age_ms) AS middle,
      percentile_cont(0.99) WITHIN GROUP (ORDER BY age_ms) AS most
    FROM (
      SELECT floor(extract(epoch FROM checked_at - $1) * 1000 / $3) AS "window",
        extract(epoch FROM pg_xact_commit_timestamp(xmin) - checked_at)::float8 * 1000
          - response_time AS age_ms
      FROM site_report WHERE checked_at >= $1 AND checked_at < $2) AS r
    GROUP BY "window"`,
    [since, until, windowMs],
  );
  return {
    median: median(windows.map(({ middle }) => middle)),
    most: median(windows.map(({ most }) => most)),
  };
}
