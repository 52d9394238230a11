/** What a check costs a whole producer, beside the least code that checks, stores and publishes. */
import { fileURLToPath } from "node:url";
import { eventually } from "../../support/waiting.ts";
import { shareKafka } from "../../services/kafka.ts";
import type { BareLoad } from "../floors/bare_producer.ts";
import { BenchProducer } from "../frame/bench_producer.ts";
import { BenchTopic } from "../frame/bench_topic.ts";
import { MeasuredProcess } from "../frame/measured_process.ts";
import type { BenchOptions, Figure, Scenario } from "../frame/scenario.ts";
import { inTurns } from "../frame/turns.ts";
import { pause } from "../../support/waiting.ts";
import { startWebTarget } from "../frame/web_target.ts";

const BARE = fileURLToPath(new URL("../floors/bare_producer.ts", import.meta.url));
/** A producer of 10,000 sites takes some seconds to begin on a busy machine. */
const START_MS_MAX = 60_000;

/** What is checked: plain, by address and 1,000 sites unless told. */
export interface Checking {
  /** How it is called in the table. */
  readonly name: string;
  readonly scheme?: "http" | "https";
  readonly hostname?: "127.0.0.1" | "localhost";
  readonly sites?: number;
}

/** How long the bare loop shows how fast it is, before it is known how many checks are to fall due. */
const TRIAL_MS = 3_000;

/** After so many, a check costs no less any more: at 500 a second it took a fifth more after 5,000. */
const WARM_UP_CHECKS = 30_000;
/** Less than goes in a second at full speed, so that the warm-up is long enough. */
const FULL_SPEED = 3_000;

/** Checks that run at once at full speed, on both sides: enough to keep a thread busy. */
const CONCURRENCY = 32;

/**
 * The scenario of 500 checks a second, and then of full speed: as many fall due as the bare loop
 * does. More would be slots to leave out, which is work too.
 */
export function producerChecks(checking: Checking): Scenario {
  return {
    description: `a producer that checks, stores and publishes: ${checking.name}`,
    async run(options) {
      await using kafka = await shareKafka();
      const bench = { ...DEFAULTS, ...checking, bootstrap: kafka.address };
      const short = options.isShort ? { sites: 100 } : {};
      return [
        ...await compared({ ...bench, ...short, perSecond: 500 }, options),
        ...options.isShort ? [] : await compared(bench, options),
      ];
    },
  };
}

const DEFAULTS = { scheme: "http", hostname: "127.0.0.1", sites: 1_000 } as const;

interface Comparison extends Required<Checking> {
  readonly bootstrap: string;
  /** As many as go when absent. */
  readonly perSecond?: number;
}

async function compared(comparison: Comparison, { isShort }: BenchOptions): Promise<Figure[]> {
  const { bootstrap, name, perSecond } = comparison;
  await using topic = await BenchTopic.create(bootstrap);
  await using bareTopic = await BenchTopic.create(bootstrap);
  await using sides = await startSides(comparison, { topic, bareTopic });
  await eventually(START_MS_MAX, "messages of both", async () => {
    return await topic.count() > 0 && await bareTopic.count() > 0 || undefined;
  });
  await pause(isShort ? 0 : warmUpMs(comparison));
  const { producer, bare } = await inTurns({
    producer: { process: sides.producer, count: () => topic.count() },
    bare: { process: sides.bare, count: () => bareTopic.count() },
  }, isShort ? { windows: 1, windowMs: 300 } : { windows: 5, windowMs: 3_000 });
  const title = `${name}, ${perSecond === undefined ? "full speed" : `${perSecond}/s`}`;
  const figure = (what: string, unit: string, value: number, floor: number): Figure => {
    return { name: `${title}: ${what}`, unit, value, floor };
  };
  return [
    figure("CPU per check", "µs", producer.cpuMicros, bare.cpuMicros),
    ...perSecond === undefined ? [figure("checks", "/s", producer.perSecond, bare.perSecond)] : [],
    figure("memory (RSS)", "MB", producer.rssBytes / 1e6, bare.rssBytes / 1e6),
  ];
}

/** Until each site has come to its regular slots, and V8 has compiled what is hot. */
function warmUpMs({ sites, perSecond = FULL_SPEED }: Comparison): number {
  return 1_000 * (sites + WARM_UP_CHECKS) / perSecond;
}

/** Both processes, against a web server that they share. */
async function startSides(
  { scheme, hostname, sites, bootstrap, perSecond }: Comparison,
  { topic, bareTopic }: { readonly topic: BenchTopic; readonly bareTopic: BenchTopic },
) {
  await using closing = new AsyncDisposableStack();
  const { plainPort, tlsPort, ca } = closing.use(await startWebTarget());
  const isSecure = scheme === "https";
  const port = isSecure ? tlsPort : plainPort;
  const shared = { ...(isSecure ? { ca } : {}), sites, bootstrap, concurrency: CONCURRENCY };
  const rate = perSecond === undefined ? {} : { perSecond };
  const load: BareLoad = { ...shared, ...rate, hostname, port, topic: bareTopic.name };
  const bare = closing.use(
    await MeasuredProcess.start({
      name: "bare",
      argv: () => [Deno.execPath(), "run", "--quiet", "--allow-all", BARE, JSON.stringify(load)],
      greeting: "begins",
    }),
  );
  const { process: producer } = closing.use(
    await BenchProducer.start({
      ...shared,
      url: `${scheme}://${hostname}:${port}/`,
      perSecond: perSecond ?? await speedOf(bareTopic),
      topic: topic.name,
    }),
  );
  const kept = closing.move();
  return { producer, bare, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Messages that are stored in a second, once there is one. */
async function speedOf(topic: BenchTopic): Promise<number> {
  await eventually(START_MS_MAX, "a message", async () => await topic.count() > 0 || undefined);
  await pause(TRIAL_MS);
  const [before, startMs] = [await topic.count(), performance.now()];
  await pause(TRIAL_MS);
  return (await topic.count() - before) * 1_000 / (performance.now() - startMs);
}
