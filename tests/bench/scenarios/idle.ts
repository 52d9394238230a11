/** What small places cost: daemons that have next to nothing to do, beside as many threads that have nothing. */
import { pause } from "../../support/waiting.ts";
import { freePort } from "../../support/free_port.ts";
import { DAEMON_GREETING, MeasuredProcess, SITEMON } from "../frame/measured_process.ts";
import { type Figure, median, type Scenario } from "../frame/scenario.ts";
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
  description: "daemons with next to nothing to do, beside as many threads that do nothing",
  async run(bench) {
    const sides = await startAll(bench);
    await pause(bench.sized(WARM_UP_MS, 1_000));
    const windows: (readonly Span[])[] = [];
    for (let window = 0; window < bench.sized(5, 1); window++) {
      windows.push(await observed(sides, bench.sized(WINDOW_MS, 1_000)));
    }
    return sides.flatMap(({ name, process, floor }, side) => {
      const of = (what: keyof Span) => median(windows.map((all) => all[side]![what]));
      const megabytes = (process: MeasuredProcess) => process.usage().rssBytes / 1e6;
      return [
        { name: `${name}: CPU, of a core`, unit: "%", value: of("cpuPercent") },
        { name: `${name}: wake-ups of its threads`, unit: "/s", value: of("wakeUpsPerSecond") },
        {
          ...{ name: `${name}: memory (RSS)`, unit: "MB", value: megabytes(process) },
          ...(floor && { floor: megabytes(floor) }),
        },
      ] satisfies Figure[];
    });
  },
};

interface Side {
  readonly name: string;
  readonly process: MeasuredProcess;
  /** As many threads, which do nothing. */
  readonly floor?: MeasuredProcess;
}

async function startAll(bench: Workbench): Promise<Side[]> {
  const { plainPort } = await bench.web();
  const url = `http://127.0.0.1:${plainPort}/`;
  const topic = await bench.topic();
  const run = await startRun(bench, url);
  const perSecond = 1 / NEVER_S;
  const { process: producer } = await bench.producer({ url, sites: 1, perSecond, topic });
  const consumer = await bench.consumer({ topic, database: await bench.database() });
  const floorOf = async (process: MeasuredProcess) => {
    const { workers } = process.activity();
    return await bench.floor("idle_threads.ts", { workers });
  };
  const floor = await floorOf(run);
  return [
    { name: `run, ${SITES} sites every ${INTERVAL_S} s`, process: run, floor },
    { name: "producer without due checks", process: producer, floor: await floorOf(producer) },
    { name: "consumer without messages", process: consumer, floor: await floorOf(consumer) },
    { name: "threads of run that do nothing", process: floor },
  ];
}

async function startRun(bench: Workbench, url: string): Promise<MeasuredProcess> {
  const sites = Array.from({ length: SITES }, (_, n) => `  - { name: site ${n}, url: '${url}' }`);
  const yaml = `interval: ${INTERVAL_S}s
listen: 127.0.0.1:${freePort()}
web: { listen: "127.0.0.1:${freePort()}" }
outbox: { path: outbox.db }
store: { path: status.db }
sites:
${sites.join("\n")}
`;
  return bench.use(
    await MeasuredProcess.start({
      name: "run",
      files: { "run.yaml": yaml },
      argv: (folder) => [...SITEMON, "run", "-c", `${folder}/run.yaml`],
      greeting: DAEMON_GREETING,
    }),
  );
}

/** What a process did within a window. */
interface Span {
  readonly cpuPercent: number;
  readonly wakeUpsPerSecond: number;
}

/** What each side did, all within the same time. */
async function observed(sides: readonly Side[], ms: number): Promise<Span[]> {
  const startMs = performance.now();
  const before = sides.map(({ process }) => process.activity());
  await pause(ms);
  const seconds = (performance.now() - startMs) / 1_000;
  return sides.map(({ process }, side) => {
    const { cpuMicros, wakeUps } = process.activity();
    return {
      cpuPercent: (cpuMicros - before[side]!.cpuMicros) / seconds / 1e4,
      wakeUpsPerSecond: (wakeUps - before[side]!.wakeUps) / seconds,
    };
  });
}
