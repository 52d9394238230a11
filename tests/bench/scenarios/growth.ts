/** Whether a check or a report costs more when there are more sites. */
import { Client } from "pg";
import { eventually, pause } from "../../support/waiting.ts";
import type { PostgresAddress } from "../../services/postgres.ts";
import { publishReports } from "../frame/made_reports.ts";
import { processCpuMs } from "../frame/measured_process.ts";
import type { Figure, Scenario } from "../frame/scenario.ts";
import type { Workbench } from "../frame/workbench.ts";

const SITES = [100, 1_000, 10_000, 100_000];
const SHORT_SITES = [10, 100];

/** CPU in microseconds of one piece of work. */
type CostOf = (bench: Workbench, sites: number) => Promise<number>;

/** The floor of each figure is the cost with the fewest sites. */
function growthOf(description: string, what: string, costOf: CostOf): Scenario {
  return {
    description: `${description}, by the number of sites`,
    async run(bench) {
      const figures: Figure[] = [];
      for (const sites of bench.sized(SITES, SHORT_SITES)) {
        const value = await whileServerLasts(async () => {
          await using part = await bench.part();
          return await costOf(part, sites);
        });
        const name = `${sites.toLocaleString("en")} sites: ${what}`;
        figures.push({ name, unit: "µs", value, floor: figures[0]?.value ?? value });
      }
      return figures;
    },
  };
}

/** Reports that are measured, after each site had a first one. */
const REPORTS = 20_000;
const APPLIED_MS_MAX = 600_000;

export const growth = growthOf(
  "CPU of the consumer and of PostgreSQL for a report",
  "CPU of consumer and server per report",
  async (bench, sites) => {
    const count = bench.sized(REPORTS, 500);
    const topic = await bench.topic();
    await publishReports(topic, { sites, count: sites });
    const database = await bench.database();
    const consumer = await bench.consumer({ topic, database });
    const untilApplied = (count: number) =>
      eventually(APPLIED_MS_MAX, `${count} reports applied`, async () => {
        return await topic.committed(topic.name) >= count || undefined;
      });
    await untilApplied(sites);
    const server = await consumerServer(database);
    const cpuMicros = () => consumer.usage().cpuMicros + processCpuMs(server) * 1_000;
    const startMicros = cpuMicros();
    consumer.suspend();
    await publishReports(topic, { sites, first: sites, count });
    consumer.resume();
    await untilApplied(sites + count);
    return (cpuMicros() - startMicros) / count;
  },
);

/** Measures again when a consumer on a busy machine went to another process of its server. */
async function whileServerLasts<T>(measure: () => Promise<T>): Promise<T> {
  for (let triesLeft = 2;; triesLeft--) {
    try {
      return await measure();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound) || triesLeft === 0) throw error;
    }
  }
}

/** The process of PostgreSQL that applies what a consumer reads; rejects with `NotFound` without one. */
async function consumerServer({ url }: PostgresAddress): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: [row] } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'sitemon'
       ORDER BY xact_start IS NULL, state_change DESC LIMIT 1`,
    );
    if (row !== undefined) return row.pid;
    throw new Deno.errors.NotFound("the consumer has no connection to PostgreSQL");
  } finally {
    await client.end();
  }
}

const PER_SECOND = 1_000;
/** Until V8 has compiled what is hot. Sites have had their first checks then, or have them still. */
const WARM_UP_MS = 30_000;
const WINDOW_MS = 20_000;
const CHECKS_MS_MAX = 120_000;

export const checksGrowth = growthOf(
  `CPU of a producer for a check, ${PER_SECOND} a second`,
  "CPU of the producer per check",
  async (bench, sites) => {
    const topic = await bench.topic();
    const { plainPort } = await bench.web();
    const url = `http://127.0.0.1:${plainPort}/`;
    const perSecond = bench.sized(PER_SECOND, 50);
    const { process } = await bench.producer({ url, sites, perSecond, topic });
    await topic.hasBegun();
    await pause(bench.sized(WARM_UP_MS, 0));
    const [before, startMicros] = [await topic.count(), process.usage().cpuMicros];
    await pause(bench.sized(WINDOW_MS, 500));
    const count = await eventually(CHECKS_MS_MAX, "some checks", async () => {
      return await topic.count() - before || undefined;
    });
    return (process.usage().cpuMicros - startMicros) / count;
  },
);
