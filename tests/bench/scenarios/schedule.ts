/** Whether a producer keeps its schedule: how long after their slots its checks begin. */
import { pause } from "../../support/waiting.ts";
import type { Figure, Scenario } from "../frame/scenario.ts";
import type { Workbench } from "../frame/workbench.ts";

const SITES = 1_000;
/** In a second, from what is easy to what takes both cores. */
const RATES = [500, 1_000, 2_000, 4_000];

export const schedule: Scenario = {
  description: `lateness of the checks of a producer, ${SITES.toLocaleString("en")} sites`,
  async run(bench) {
    const figures: Figure[] = [];
    for (const perSecond of bench.sized(RATES, [100])) {
      figures.push(...await onSchedule(bench, perSecond));
    }
    return figures;
  },
};

async function onSchedule(whole: Workbench, perSecond: number): Promise<Figure[]> {
  await using bench = await whole.part();
  const topic = await bench.topic();
  const { plainPort } = await bench.web();
  const url = `http://127.0.0.1:${plainPort}/`;
  const producer = await bench.producer({ url, sites: bench.sized(SITES, 50), perSecond, topic });
  await topic.hasBegun();
  await pause(bench.sized(5_000, 0));
  const { latenessMs, skipped } = await producer.lateness(() => pause(bench.sized(20_000, 1_500)));
  const title = `http, by address, ${perSecond.toLocaleString("en")}/s`;
  return [
    { name: `${title}: lateness, median`, unit: "ms", value: latenessMs(0.5) },
    { name: `${title}: lateness, 99 %`, unit: "ms", value: latenessMs(0.99) },
    { name: `${title}: slots left out`, unit: "%", value: 100 * skipped },
  ];
}
