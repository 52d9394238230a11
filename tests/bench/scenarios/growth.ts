/** Whether a check or a report costs more when there are more sites. */
import { eventually, pause } from "../../support/waiting.ts";
import { consumerServer, whileServerLasts } from "../frame/consumer_server.ts";
import { publishReports } from "../frame/made_reports.ts";
import { processCpuMs } from "../frame/measured_process.ts";
import { growthFigures, type Scenario } from "../frame/scenario.ts";
import type { Workbench } from "../frame/workbench.ts";

const SITES = [100, 1_000, 10_000, 100_000];
const SHORT_SITES = [10, 100];

/** CPU in microseconds of one piece of work. */
type CostOf = (bench: Workbench, sites: number) => Promise<number>;

function growthOf(description: string, what: string, costOf: CostOf): Scenario {
  return {
    description: `${description}, by the number of sites`,
    async run(bench) {
      const costs = new Map<number, number>();
      for (const sites of bench.sized(SITES, SHORT_SITES)) {
        costs.set(
          sites,
          await whileServerLasts(async () => {
            await using part = await bench.part();
            return await costOf(part, sites);
          }),
        );
      }
      return growthFigures(what, costs);
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
