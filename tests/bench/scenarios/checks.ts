/** What a check costs a whole producer, beside the least code that checks, stores and publishes. */
import { pause } from "../../support/waiting.ts";
import type { BareLoad } from "../floors/bare_producer.ts";
import type { BenchTopic } from "../frame/bench_topic.ts";
import { costFigures, type Figure, type Scenario } from "../frame/scenario.ts";
import { inTurns, type MeasuredWorker } from "../frame/turns.ts";
import type { Workbench } from "../frame/workbench.ts";

/** What is checked; by default 1,000 sites over plain HTTP, by address. */
export interface Checking {
  /** How it is called in the table. */
  readonly name: string;
  readonly scheme?: "http" | "https";
  readonly hostname?: "127.0.0.1" | "localhost";
  readonly sites?: number;
}

/** As many as go when `perSecond` is absent. */
type Comparison = Required<Checking> & { readonly perSecond?: number };

const DEFAULTS = { scheme: "http", hostname: "127.0.0.1", sites: 1_000 } as const;

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
export function checksOf(checking: Checking): Scenario {
  return {
    description: `a producer that checks, stores and publishes: ${checking.name}`,
    async run(bench) {
      const comparison = { ...DEFAULTS, ...checking, ...bench.sized({}, { sites: 100 }) };
      return [
        ...await compared(bench, { ...comparison, perSecond: 500 }),
        ...bench.isShort ? [] : await compared(bench, comparison),
      ];
    },
  };
}

async function compared(whole: Workbench, comparison: Comparison): Promise<Figure[]> {
  await using bench = await whole.part();
  const { name, sites, perSecond } = comparison;
  const sides = await startSides(bench, comparison);
  await pause(bench.sized(1_000 * (sites + WARM_UP_CHECKS) / (perSecond ?? FULL_SPEED), 0));
  const size = bench.sized({ windows: 5, windowMs: 3_000 }, { windows: 1, windowMs: 300 });
  const { producer, bare } = await inTurns(sides, size);
  const speed = perSecond === undefined ? "full speed" : `${perSecond}/s`;
  return costFigures(`${name}, ${speed}`, {
    "CPU per check": "cpuMicros",
    ...perSecond === undefined && { checks: "perSecond" },
    "memory (RSS)": "rssBytes",
  }, { value: producer, floor: bare });
}

/** Both processes, against a web server that they share; resolves when both have published. */
async function startSides(
  bench: Workbench,
  { scheme, hostname, sites, perSecond }: Comparison,
): Promise<Record<"producer" | "bare", MeasuredWorker>> {
  const [topic, bareTopic] = [await bench.topic(), await bench.topic()];
  const { plainPort, tlsPort, ca } = await bench.web();
  const isSecure = scheme === "https";
  const port = isSecure ? tlsPort : plainPort;
  const shared = { ...isSecure && { ca }, sites, concurrency: CONCURRENCY };
  const load: BareLoad = {
    ...{ ...shared, hostname, port, bootstrap: bareTopic.bootstrap, topic: bareTopic.name },
    ...perSecond !== undefined && { perSecond },
  };
  const bare = await bench.floor("bare_producer.ts", load);
  await bareTopic.hasBegun();
  const { process } = await bench.producer({
    ...{ ...shared, url: `${scheme}://${hostname}:${port}/`, topic },
    perSecond: perSecond ?? await speedOf(bareTopic),
  });
  await topic.hasBegun();
  return {
    producer: { process, count: topic.count },
    bare: { process: bare, count: bareTopic.count },
  };
}

/** Messages that are stored in a second. */
async function speedOf(topic: BenchTopic): Promise<number> {
  await pause(TRIAL_MS);
  const [before, startMs] = [await topic.count(), performance.now()];
  await pause(TRIAL_MS);
  return (await topic.count() - before) * 1_000 / (performance.now() - startMs);
}
