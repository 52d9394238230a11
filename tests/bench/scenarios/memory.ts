/** The memory of producers and consumers, at work and in an outage, beside the same that idle. */
import { type KafkaCluster, startKafka } from "../../services/kafka.ts";
import { startBenchConsumer } from "../frame/bench_consumer.ts";
import { benchDatabase } from "../frame/bench_database.ts";
import { BenchProducer } from "../frame/bench_producer.ts";
import { BenchTopic } from "../frame/bench_topic.ts";
import type { MeasuredProcess } from "../frame/measured_process.ts";
import { pause } from "../../support/waiting.ts";
import { type Figure, median, type Scenario } from "../frame/scenario.ts";
import { startWebTarget } from "../frame/web_target.ts";

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
  async run({ isShort, minutes }) {
    await using kafka = await startKafka();
    await using processes = await startAll(kafka, isShort ? [20] : [1_000, 10_000]);
    const told = isShort ? MINUTES_MIN : minutes;
    const working = await looksAt(processes.all, told);
    await kafka.brokers[0]!.kill();
    const outage = Math.min(told, OUTAGE_MINUTES_MAX);
    const cutOff = await looksAt(processes.all, outage);
    return [
      ...figuresOf(working, `after ${told} min`),
      ...figuresOf(cutOff, `after ${outage} min without a broker`),
    ];
  },
};

interface Watched {
  readonly name: string;
  readonly process: MeasuredProcess;
  /** The name of the one that does the same with nothing to do; it is that one when absent. */
  readonly floor?: string;
}

async function startAll(kafka: KafkaCluster, sizes: readonly number[]) {
  const { bootstrap } = kafka;
  await using closing = new AsyncDisposableStack();
  const { plainPort } = closing.use(await startWebTarget());
  const topic = await BenchTopic.create(bootstrap);
  const quiet = await BenchTopic.create(bootstrap);
  const producerOf = async (sites: number, intervalS: number, topic: BenchTopic) => {
    const load = { url: `http://127.0.0.1:${plainPort}/`, sites, perSecond: sites / intervalS };
    const started = await BenchProducer.start({ ...load, bootstrap, topic: topic.name });
    return closing.use(started).process;
  };
  const consumerOf = async (topic: BenchTopic) => {
    const database = closing.use(await benchDatabase());
    const reading = { bootstrap, topic: topic.name, group: topic.name, members: 1 };
    return closing.use(await startBenchConsumer({ ...reading, database }));
  };
  const all: Watched[] = [
    { name: "producer, idle", process: await producerOf(1, NEVER_S, quiet) },
    { name: "consumer, idle", process: await consumerOf(quiet) },
  ];
  for (const size of sizes) {
    const process = await producerOf(size, INTERVAL_S, topic);
    const name = `producer, ${size.toLocaleString("en")} sites`;
    all.push({ name, process, floor: "producer, idle" });
  }
  all.push({ name: "consumer of both", process: await consumerOf(topic), floor: "consumer, idle" });
  const kept = closing.move();
  return { all, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

interface Looked extends Watched {
  readonly rssBytes: number;
}

async function looksAt(watched: readonly Watched[], minutes: number): Promise<Looked[]> {
  await pause(minutes * 30_000);
  const looks: number[][] = [];
  for (let look = 0; look < LOOKS; look++) {
    await pause(minutes * 30_000 / LOOKS);
    looks.push(watched.map(({ process }) => process.usage().rssBytes));
  }
  return watched.map((one, at) => ({ ...one, rssBytes: median(looks.map((look) => look[at]!)) }));
}

function figuresOf(looked: readonly Looked[], when: string): Figure[] {
  return looked.map(({ name, rssBytes, floor = name }) => ({
    name: `${name}, ${when}`,
    unit: "MB",
    value: rssBytes / 1e6,
    floor: looked.find((other) => other.name === floor)!.rssBytes / 1e6,
  }));
}
