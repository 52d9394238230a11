/** Whether a check costs a producer more when there are more sites. */
import { eventually } from "../../support/waiting.ts";
import { shareKafka } from "../../services/kafka.ts";
import { BenchProducer } from "../frame/bench_producer.ts";
import { BenchTopic } from "../frame/bench_topic.ts";
import { type Cost, costFigures } from "../frame/cost_figures.ts";
import { pause } from "../../support/waiting.ts";
import type { BenchOptions, Scenario } from "../frame/scenario.ts";
import { startWebTarget } from "../frame/web_target.ts";

const SITES = [100, 1_000, 10_000, 100_000];
const PER_SECOND = 1_000;
/** A file of 100,000 sites takes a while to be read. */
const START_MS_MAX = 120_000;
/** Until V8 has compiled what is hot. Sites have had their first checks then, or have them still. */
const WARM_UP_MS = 30_000;
const WINDOW_MS = 20_000;

export const producerGrowth: Scenario = {
  description: `CPU of a producer for a check, ${PER_SECOND} a second, by the number of sites`,
  async run(options) {
    await using kafka = await shareKafka();
    const costs: Cost[] = [];
    for (const sites of options.isShort ? [10, 100] : SITES) {
      costs.push(await costOf(sites, kafka.address, options));
    }
    return costFigures("CPU of the producer per check", costs);
  },
};

async function costOf(
  sites: number,
  bootstrap: string,
  { isShort }: BenchOptions,
): Promise<Cost> {
  await using topic = await BenchTopic.create(bootstrap);
  await using target = await startWebTarget();
  await using producer = await BenchProducer.start({
    url: `http://127.0.0.1:${target.plainPort}/`,
    ...{ sites, perSecond: isShort ? 50 : PER_SECOND, bootstrap, topic: topic.name },
  });
  await eventually(START_MS_MAX, "a first message", async () => {
    return await topic.count() > 0 || undefined;
  });
  await pause(isShort ? 0 : WARM_UP_MS);
  const [before, startMicros] = [await topic.count(), producer.process.usage().cpuMicros];
  await pause(isShort ? 500 : WINDOW_MS);
  const count = await eventually(START_MS_MAX, "some checks", async () => {
    return await topic.count() - before || undefined;
  });
  return { sites, cpuMicros: (producer.process.usage().cpuMicros - startMicros) / count };
}
