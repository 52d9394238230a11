/** Whether a report costs more when there are more sites, or a long history. */
import { eventually } from "../../support/waiting.ts";
import { shareKafka } from "../../services/kafka.ts";
import { startBenchConsumer } from "../frame/bench_consumer.ts";
import { benchDatabase } from "../frame/bench_database.ts";
import { BenchTopic } from "../frame/bench_topic.ts";
import { consumerServer, whileServerLasts } from "../frame/consumer_server.ts";
import { processCpuMs } from "../frame/process_cpu.ts";
import { type Cost, costFigures } from "../frame/cost_figures.ts";
import { publishReports } from "../frame/publish_reports.ts";
import type { BenchOptions, Scenario } from "../frame/scenario.ts";

const SITES = [100, 1_000, 10_000, 100_000];
/** Reports that are measured, after each site had a first one. */
const REPORTS = 20_000;
const APPLIED_MS_MAX = 600_000;

export const growth: Scenario = {
  description: "CPU of the consumer and of PostgreSQL for a report, by the number of sites",
  async run(options) {
    await using kafka = await shareKafka();
    const costs: Cost[] = [];
    for (const sites of options.isShort ? [10, 100] : SITES) {
      costs.push(await whileServerLasts(() => costOf(sites, kafka.address, options)));
    }
    return [
      ...costFigures("CPU of consumer and server per report", costs),
    ];
  },
};

/** Rejects with `Deno.errors.NotFound` when the process of the server did not last. */
async function costOf(
  sites: number,
  bootstrap: string,
  { isShort }: BenchOptions,
): Promise<Cost> {
  const count = isShort ? 500 : REPORTS;
  await using topic = await BenchTopic.create(bootstrap);
  const made = { bootstrap, topic: topic.name, sites };
  await publishReports({ ...made, count: sites });
  await using database = await benchDatabase();
  const group = topic.name;
  await using consumer = await startBenchConsumer({
    ...{ bootstrap, topic: topic.name, group, members: 1, database },
  });
  const untilApplied = (count: number) =>
    eventually(APPLIED_MS_MAX, `${count} reports applied`, async () => {
      return await topic.committed(group) >= count || undefined;
    });
  await untilApplied(sites);
  const server = await consumerServer(database);
  const cpuMs = () => consumer.usage().cpuMicros / 1_000 + processCpuMs(server);
  const startMs = cpuMs();
  consumer.suspend();
  await publishReports({ ...made, first: sites, count });
  consumer.resume();
  await untilApplied(sites + count);
  return { sites, cpuMicros: (cpuMs() - startMs) * 1_000 / count };
}
