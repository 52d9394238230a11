/** The memory of producers and consumers, at work and in an outage, beside the same that idle. */
import { startKafka } from "../../services/kafka.ts";
import { pause } from "../../support/waiting.ts";
import { BenchTopic } from "../frame/bench_topic.ts";
import type { MeasuredProcess } from "../frame/measured_process.ts";
import { type Figure, median, type Scenario } from "../frame/scenario.ts";
import type { Workbench } from "../frame/workbench.ts";

/** Sites, and checks a second of all of them. */
const LOADS = [[1_000, 33], [1_000, 500], [10_000, 333]];
/** The longest that may be configured: its one site is checked once. */
const NEVER_S = 7 * 86_400;
const LOOK_MINUTES = 1;
/** Also in a shorter time; the second half of them counts. */
const LOOKS_MIN = 10;
/** An outage is not looked at for longer, however long the rest is. */
const OUTAGE_MINUTES_MAX = 10;
/** Even the short form has to let every process do something. */
const MINUTES_MIN = 0.05;

export const memory: Scenario = {
  description: "resident memory, beside the same threads with nothing to do, and its growth",
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
  const producer = async (name: string, sites: number, perSecond: number, topic: BenchTopic) => {
    const { process } = await bench.producer({ url, sites, perSecond, topic });
    watched.push({ name: `producer, ${name}`, process, floor: "producer, idle" });
  };
  const consumer = async (name: string, topic: BenchTopic) => {
    const process = await bench.consumer({ topic, database: await bench.database() });
    watched.push({ name, process, floor: "consumer, idle" });
  };
  await producer("idle", 1, 1 / NEVER_S, quiet);
  await consumer("consumer, idle", quiet);
  for (const [sites = 0, perSecond = 0] of bench.sized(LOADS, [[20, 2]])) {
    await producer(`${sites.toLocaleString("en")} sites, ${perSecond}/s`, sites, perSecond, topic);
  }
  await consumer("consumer of all", topic);
  return watched;
}

/** What a process takes at a moment. */
interface Look {
  readonly minute: number;
  readonly rss: number;
  readonly anonymous: number;
}

/** Shows each look at once: whoever waits for an hour sees what grows. */
async function looksAt(
  watched: readonly Watched[],
  minutes: number,
  when: string,
): Promise<Figure[]> {
  const everyMinutes = Math.min(LOOK_MINUTES, minutes / LOOKS_MIN);
  const looks = new Map(watched.map(({ name }) => [name, [] as Look[]]));
  const startMs = performance.now();
  for (let look = 1; look * everyMinutes <= minutes; look++) {
    await pause(look * everyMinutes * 60_000 - (performance.now() - startMs));
    const minute = look * everyMinutes;
    for (const { name, process } of watched) {
      const { rssBytes, anonymousBytes } = process.usage();
      const seen = { minute, rss: rssBytes / 1e6, anonymous: anonymousBytes / 1e6 };
      looks.get(name)!.push(seen);
      const [rss, anonymous] = [seen.rss.toFixed(1), seen.anonymous.toFixed(1)];
      console.error(`${minute.toFixed(2)} min: ${name}: ${rss} MB, ${anonymous} anonymous`);
    }
  }
  const later = (name: string) => {
    const all = looks.get(name)!;
    return all.slice(Math.floor(all.length / 2));
  };
  const middle = (name: string, what: "rss" | "anonymous") =>
    median(later(name).map((look) => look[what]));
  return watched.flatMap(({ name, floor }) =>
    [
      { what: "", unit: "MB", value: middle(name, "rss"), floor: middle(floor, "rss") },
      {
        what: ": anonymous",
        unit: "MB",
        value: middle(name, "anonymous"),
        floor: middle(floor, "anonymous"),
      },
      { what: ": growth in an hour", unit: "MB", value: 60 * growth(later(name)) },
    ].map(({ what, ...figure }) => ({ name: `${name}, ${when}${what}`, ...figure }))
  );
}

/** Of a minute: the middle of what lies between every two looks, which no single look moves. */
function growth(looks: readonly Look[]): number {
  return median(
    looks.flatMap((to, index) =>
      looks.slice(0, index).map((from) =>
        (to.anonymous - from.anonymous) / (to.minute - from.minute)
      )
    ),
  );
}
