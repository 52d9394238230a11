/** The memory of producers and consumers, at work and in an outage, beside the same that idle. */
import { startKafka } from "../../services/kafka.ts";
import { pause } from "../../support/waiting.ts";
import { BenchTopic } from "../frame/bench_topic.ts";
import type { MeasuredProcess } from "../frame/measured_process.ts";
import { type Figure, median, type Scenario } from "../frame/scenario.ts";
import type { Workbench } from "../frame/workbench.ts";

/** Each site is checked every ten seconds, as by default. */
const INTERVAL_S = 10;
/** The longest that may be configured: its one site is checked once. */
const NEVER_S = 7 * 86_400;
/** Looks at each process, over the second half of its time. */
const LOOKS = 10;
/** An outage is not looked at for longer, however long the rest is. */
const OUTAGE_MINUTES_MAX = 10;
/** Even the short form has to let every process do something. */
const MINUTES_MIN = 0.05;

export const memory: Scenario = {
  description: "resident memory, beside the same threads with nothing to do",
  async run(bench) {
    const kafka = bench.use(await startKafka());
    const watched = await startAll(bench, kafka.bootstrap);
    const minutes = bench.sized(bench.minutes, MINUTES_MIN);
    const outage = Math.min(minutes, OUTAGE_MINUTES_MAX);
    const working = await looksAt(watched, minutes, `after ${minutes} min`);
    await kafka.brokers[0]!.kill();
    return [...working, ...await looksAt(watched, outage, `after ${outage} min without a broker`)];
  },
};

interface Watched {
  readonly name: string;
  readonly process: MeasuredProcess;
  /** The name of the one that does the same with nothing to do. */
  readonly floor: string;
}

async function startAll(bench: Workbench, bootstrap: string): Promise<Watched[]> {
  const { plainPort } = await bench.web();
  const url = `http://127.0.0.1:${plainPort}/`;
  // They end with their broker.
  const [topic, quiet] = [await BenchTopic.create(bootstrap), await BenchTopic.create(bootstrap)];
  const watched: Watched[] = [];
  const producer = async (name: string, sites: number, intervalS: number, topic: BenchTopic) => {
    const { process } = await bench.producer({ url, sites, perSecond: sites / intervalS, topic });
    watched.push({ name: `producer, ${name}`, process, floor: "producer, idle" });
  };
  const consumer = async (name: string, topic: BenchTopic) => {
    const process = await bench.consumer({ topic, database: await bench.database() });
    watched.push({ name, process, floor: "consumer, idle" });
  };
  await producer("idle", 1, NEVER_S, quiet);
  await consumer("consumer, idle", quiet);
  for (const sites of bench.sized([1_000, 10_000], [20])) {
    await producer(`${sites.toLocaleString("en")} sites`, sites, INTERVAL_S, topic);
  }
  await consumer("consumer of both", topic);
  return watched;
}

async function looksAt(
  watched: readonly Watched[],
  minutes: number,
  when: string,
): Promise<Figure[]> {
  await pause(minutes * 30_000);
  const looks: Record<string, number>[] = [];
  for (let look = 0; look < LOOKS; look++) {
    await pause(minutes * 30_000 / LOOKS);
    looks.push(
      Object.fromEntries(watched.map(({ name, process }) => [name, process.usage().rssBytes])),
    );
  }
  const megabytes = (name: string) => median(looks.map((look) => look[name]!)) / 1e6;
  return watched.map(({ name, floor }) => ({
    name: `${name}, ${when}`,
    unit: "MB",
    value: megabytes(name),
    floor: megabytes(floor),
  }));
}
