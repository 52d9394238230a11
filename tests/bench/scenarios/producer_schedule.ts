/** Whether a producer keeps its schedule: how long after their slots its checks begin. */
import { eventually } from "../../support/waiting.ts";
import { shareKafka } from "../../services/kafka.ts";
import { BenchProducer } from "../frame/bench_producer.ts";
import { BenchTopic } from "../frame/bench_topic.ts";
import { latenessOf } from "../frame/lateness.ts";
import { pause } from "../../support/waiting.ts";
import type { BenchOptions, Figure, Scenario } from "../frame/scenario.ts";
import { startWebTarget } from "../frame/web_target.ts";

const START_MS_MAX = 60_000;
const SITES = 1_000;
/** In a second, from what is easy to what takes both cores. */
const RATES = [500, 1_000, 2_000, 4_000];

export const producerSchedule: Scenario = {
  description: `lateness of the checks of a producer, ${SITES.toLocaleString("en")} sites`,
  async run(options) {
    await using kafka = await shareKafka();
    const figures: Figure[] = [];
    for (const perSecond of options.isShort ? [100] : RATES) {
      figures.push(...await onSchedule({ perSecond, bootstrap: kafka.address }, options));
    }
    return figures;
  },
};

async function onSchedule(
  { perSecond, bootstrap }: { readonly perSecond: number; readonly bootstrap: string },
  { isShort }: BenchOptions,
): Promise<Figure[]> {
  await using topic = await BenchTopic.create(bootstrap);
  await using target = await startWebTarget();
  await using producer = await BenchProducer.start({
    url: `http://127.0.0.1:${target.plainPort}/`,
    sites: isShort ? 50 : SITES,
    perSecond,
    bootstrap,
    topic: topic.name,
  });
  await eventually(
    START_MS_MAX,
    "a first message",
    async () => await topic.count() > 0 || undefined,
  );
  await pause(isShort ? 0 : 5_000);
  const before = await producer.schedule();
  await pause(isShort ? 1_500 : 20_000);
  const { latenessMs, skipped } = latenessOf(before, await producer.schedule());
  const title = `http, by address, ${perSecond.toLocaleString("en")}/s`;
  return [
    { name: `${title}: lateness, median`, unit: "ms", value: latenessMs(0.5) },
    { name: `${title}: lateness, 99 %`, unit: "ms", value: latenessMs(0.99) },
    { name: `${title}: slots left out`, unit: "%", value: 100 * skipped },
  ];
}
