/** What a check costs beside Telegraf, which does the same work: disk, then Kafka, acks from all. */
import { pause } from "../../support/waiting.ts";
import { MeasuredProcess } from "../frame/measured_process.ts";
import { costFigures, type Figure, type Scenario } from "../frame/scenario.ts";
import { telegrafToml } from "../frame/telegraf_toml.ts";
import { inTurns } from "../frame/turns.ts";
import type { Workbench } from "../frame/workbench.ts";

/** Names the program that is compared with. */
const BINARY = "SITEMON_BENCH_TELEGRAF";
const SITES = 1_000;
const PER_SECOND = 500;
/** Every site has been checked some thirty times by then, and what V8 compiles is compiled. */
const WARM_UP_MS = 60_000;

export const peers: Scenario = {
  description:
    `a producer, beside the Telegraf that ${BINARY} names, ${PER_SECOND} checks a second`,
  async run(bench) {
    const telegraf = Deno.env.get(BINARY);
    if (!telegraf) {
      console.error(`peers: skipped: ${BINARY} names no program of Telegraf`);
      return [];
    }
    return [
      ...await beside(bench, telegraf, "http"),
      ...bench.isShort ? [] : await beside(bench, telegraf, "https"),
    ];
  },
};

/** One run in turns, both with the same sites and a topic of their own. */
async function beside(
  whole: Workbench,
  telegraf: string,
  scheme: "http" | "https",
): Promise<Figure[]> {
  await using bench = await whole.part();
  const [topic, peerTopic] = [await bench.topic(), await bench.topic()];
  const { plainPort, tlsPort, ca } = await bench.web();
  const isSecure = scheme === "https";
  const load = {
    url: `${scheme}://127.0.0.1:${isSecure ? tlsPort : plainPort}/`,
    ...isSecure && { ca },
    sites: bench.sized(SITES, 100),
    perSecond: PER_SECOND,
  };
  const peer = bench.use(
    await MeasuredProcess.start({
      name: "telegraf",
      files: { "telegraf.conf": telegrafToml({ ...load, topic: peerTopic }), "ca.pem": ca },
      argv: () => [telegraf, "--config", "telegraf.conf"],
      greeting: "Starting Telegraf",
    }),
  );
  await peerTopic.hasBegun();
  const { process } = await bench.producer({ ...load, topic });
  await topic.hasBegun();
  await pause(bench.sized(WARM_UP_MS, 0));
  const cost = await inTurns({
    sitemon: { process, count: topic.count },
    telegraf: { process: peer, count: peerTopic.count },
  }, bench.sized({ windows: 7, windowMs: 5_000 }, { windows: 1, windowMs: 300 }));
  return costFigures(`${scheme}, ${PER_SECOND}/s, beside Telegraf`, {
    "CPU per check": "cpuMicros",
    "memory (RSS)": "rssBytes",
  }, { value: cost.sitemon, floor: cost.telegraf });
}
