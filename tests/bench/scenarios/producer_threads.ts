/** What a second scanner thread gains: a producer at full speed with two of them, beside one. */
import { eventually } from "../../support/waiting.ts";
import { shareKafka } from "../../services/kafka.ts";
import { BenchProducer } from "../frame/bench_producer.ts";
import { BenchTopic } from "../frame/bench_topic.ts";
import { pause } from "../../support/waiting.ts";
import type { BenchOptions, Figure, Scenario } from "../frame/scenario.ts";
import { inTurns, type TurnCost } from "../frame/turns.ts";
import { PLAIN_HOSTS, startWebTarget, type WebTarget } from "../frame/web_target.ts";

const START_MS_MAX = 60_000;
const WARM_UP_MS = 10_000;
const SITES = 1_000;
/** More than any thread does, so that each does what it can. */
const PER_SECOND = 10_000;
const CONCURRENCY = 64;

export const producerThreads: Scenario = {
  description: "a producer at full speed with two scanner threads, beside one with one",
  async run(options) {
    await using kafka = await shareKafka();
    await using target = await startWebTarget();
    const { one, two } = await costs(kafka.address, target, options);
    const figure = (name: string, unit: string, of: (cost: TurnCost) => number): Figure => {
      return {
        name: `http, by address, two threads: ${name}`,
        unit,
        value: of(two),
        floor: of(one),
      };
    };
    return [
      figure("checks", "/s", ({ perSecond }) => perSecond),
      figure("CPU per check", "µs", ({ cpuMicros }) => cpuMicros),
    ];
  },
};

async function costs(bootstrap: string, target: WebTarget, { isShort }: BenchOptions) {
  await using topics = new AsyncDisposableStack();
  const start = async (threads: number) => {
    const topic = topics.use(await BenchTopic.create(bootstrap));
    const producer = topics.use(
      await BenchProducer.start({
        url: PLAIN_HOSTS.map((host) => `http://${host}:${target.plainPort}/`),
        ...{ sites: SITES, perSecond: isShort ? 100 : PER_SECOND, concurrency: CONCURRENCY },
        ...{ bootstrap, topic: topic.name, threads },
      }),
    );
    await eventually(START_MS_MAX, "a first message", async () => {
      return await topic.count() > 0 || undefined;
    });
    await pause(isShort ? 0 : WARM_UP_MS);
    return { process: producer.process, count: () => topic.count() };
  };
  const workers = { one: await start(1), two: await start(2) };
  return await inTurns(
    workers,
    isShort ? { windows: 1, windowMs: 300 } : { windows: 5, windowMs: 3_000 },
  );
}
