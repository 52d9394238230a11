/** Whether a producer keeps its schedule: how long after their slots its checks begin. */
import { eventually } from "../deadline.ts";
import { shareKafka } from "../services/kafka.ts";
import { BenchProducer, type ScheduleCounts } from "./bench_producer.ts";
import { BenchTopic } from "./bench_topic.ts";
import { pause } from "./pause.ts";
import type { BenchOptions, Figure, Scenario } from "./scenario.ts";
import { startWebTarget } from "./web_target.ts";

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
  const counts = difference(await producer.schedule(), before);
  const title = `http, by address, ${perSecond.toLocaleString("en")}/s`;
  const slots = counts.skipped + (counts.begunWithin.get(Infinity) ?? 0);
  return [
    { name: `${title}: lateness, median`, unit: "ms", value: quantileMs(counts, 0.5) },
    { name: `${title}: lateness, 99 %`, unit: "ms", value: quantileMs(counts, 0.99) },
    { name: `${title}: slots left out`, unit: "%", value: 100 * counts.skipped / slots },
  ];
}

/** Interpolated within its bucket, as Prometheus does. */
function quantileMs({ begunWithin }: ScheduleCounts, part: number): number {
  const rank = part * (begunWithin.get(Infinity) ?? 0);
  let [lower, below] = [0, 0];
  for (const [bound, count] of begunWithin) {
    if (count >= rank && bound !== Infinity) {
      return 1_000 * (lower + (bound - lower) * (rank - below) / Math.max(1, count - below));
    }
    if (bound !== Infinity) [lower, below] = [bound, count];
  }
  return 1_000 * lower;
}

function difference(after: ScheduleCounts, before: ScheduleCounts): ScheduleCounts {
  return {
    skipped: after.skipped - before.skipped,
    begunWithin: new Map(
      [...after.begunWithin].map(([bound, count]) => {
        return [bound, count - (before.begunWithin.get(bound) ?? 0)];
      }),
    ),
  };
}
