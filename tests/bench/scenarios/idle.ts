/** What small places cost: daemons that have next to nothing to do. */
import { pause } from "../../support/waiting.ts";
import type { BareRun } from "../floors/bare_run.ts";
import type { MeasuredProcess } from "../frame/measured_process.ts";
import { median, type Scenario } from "../frame/scenario.ts";
import type { Workbench } from "../frame/workbench.ts";

const SITES = 20;
const INTERVAL_S = 30;
/** The longest that may be configured: its one site is checked once. */
const NEVER_S = 7 * 86_400;
/** Compiling what runs again and again, the first commits, joining the group. */
const WARM_UP_MS = 60_000;
/** As long as an interval, so that each window has a check of each site. */
const WINDOW_MS = INTERVAL_S * 1_000;

export const idle: Scenario = {
  description: "daemons with next to nothing to do, and bare loops and threads that do as little",
  async run(bench) {
    const sides = await startAll(bench);
    await pause(bench.sized(WARM_UP_MS, 1_000));
    const windows: Record<string, Span>[] = [];
    for (let window = 0; window < bench.sized(5, 1); window++) {
      windows.push(await observed(sides, bench.sized(WINDOW_MS, 1_000)));
    }
    const of = (name: string, what: keyof Span) => median(windows.map((all) => all[name]![what]));
    return Object.entries(sides).flatMap(([name, process]) => [
      { name: `${name}: CPU, of a core`, unit: "%", value: of(name, "cpuPercent") },
      { name: `${name}: wake-ups of its threads`, unit: "/s", value: of(name, "wakeUpsPerSecond") },
      { name: `${name}: memory (RSS)`, unit: "MB", value: process.usage().rssBytes / 1e6 },
    ]);
  },
};

type Sides = Readonly<Record<string, MeasuredProcess>>;

async function startAll(bench: Workbench): Promise<Sides> {
  const { plainPort: port } = await bench.web();
  const url = `http://127.0.0.1:${port}/`;
  const topic = await bench.topic();
  const run = await bench.run({ url, sites: SITES, intervalS: INTERVAL_S });
  const perSecond = SITES / INTERVAL_S;
  const loop: BareRun = { hostname: "127.0.0.1", port, sites: SITES, perSecond };
  const { process: producer } = await bench.producer({
    ...{ url, sites: 1, perSecond: 1 / NEVER_S, topic },
  });
  const { workers } = run.activity();
  return {
    [`run, ${SITES} sites every ${INTERVAL_S} s`]: run,
    "a bare loop that does the same": await bench.floor("bare_run.ts", loop),
    "producer without due checks": producer,
    "consumer without messages": await bench.consumer({ topic, database: await bench.database() }),
    "as many threads as run, which do nothing": await bench.floor("idle_threads.ts", { workers }),
  };
}

/** What a process did within a window. */
interface Span {
  readonly cpuPercent: number;
  readonly wakeUpsPerSecond: number;
}

/** What each side did, all within the same time. */
async function observed(sides: Sides, ms: number): Promise<Record<string, Span>> {
  const startMs = performance.now();
  const before = Object.entries(sides).map(([name, process]) =>
    [name, process, process.activity()] as const
  );
  await pause(ms);
  const seconds = (performance.now() - startMs) / 1_000;
  return Object.fromEntries(before.map(([name, process, before]) => {
    const { cpuMicros, wakeUps } = process.activity();
    return [name, {
      cpuPercent: (cpuMicros - before.cpuMicros) / seconds / 1e4,
      wakeUpsPerSecond: (wakeUps - before.wakeUps) / seconds,
    }];
  }));
}
