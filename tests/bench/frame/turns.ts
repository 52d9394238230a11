/** Processes that are measured in turns: while one works, the others are held still. */
import { eventually } from "../../support/waiting.ts";
import type { PostgresAddress } from "../../services/postgres.ts";
import { consumerServer, whileServerLasts } from "./consumer_server.ts";
import type { MeasuredProcess } from "./measured_process.ts";
import { pause } from "../../support/waiting.ts";
import { processCpuMs } from "./process_cpu.ts";
import { median } from "./scenario.ts";

/** After it was held still, a process first makes up for what it missed. */
const SETTLE_MS = 1_000;

/** On a busy machine a short window may pass before anything is done. */
const WINDOW_MS_MAX = 60_000;

/** A process that works by itself, and how much it has done so far. */
export interface Worker {
  readonly process: MeasuredProcess;
  readonly count: () => Promise<number>;
  /** Where a consumer's reports go, if the CPU of the server's process is to count as its own. */
  readonly database?: PostgresAddress;
}

/** What a process took, in the middle of its windows. */
export interface TurnCost {
  readonly cpuMicros: number;
  readonly perSecond: number;
  readonly rssBytes: number;
}

export interface TurnOptions {
  readonly windows: number;
  readonly windowMs: number;
}

/** Measures each in several windows; what disturbs the machine disturbs them alike. */
export async function inTurns<Name extends string>(
  workers: Readonly<Record<Name, Worker>>,
  { windows, windowMs }: TurnOptions,
): Promise<Record<Name, TurnCost>> {
  const all = Object.entries<Worker>(workers).map(([name, worker]) => {
    return { name, worker, costs: [] as TurnCost[] };
  });
  for (const { worker } of all) worker.process.suspend();
  for (let window = 0; window < windows; window++) {
    for (const { worker, costs } of all) {
      costs.push(await whileServerLasts(() => turnOf(worker, windowMs)));
    }
  }
  return Object.fromEntries(all.map(({ name, costs }) => [name, medianOf(costs)])) as Record<
    Name,
    TurnCost
  >;
}

async function turnOf({ process, count, database }: Worker, windowMs: number): Promise<TurnCost> {
  process.resume();
  try {
    await pause(SETTLE_MS);
    const server = database && await consumerServer(database);
    const usage = () => {
      const { cpuMicros, rssBytes } = process.usage();
      const serverMicros = server === undefined ? 0 : processCpuMs(server) * 1_000;
      return { cpuMicros: cpuMicros + serverMicros, rssBytes };
    };
    const [start, startMs, before] = [usage(), performance.now(), await count()];
    await pause(windowMs);
    const after = await eventually(WINDOW_MS_MAX, "some work", async () => {
      const done = await count();
      return done > before ? done : undefined;
    });
    const [end, endMs] = [usage(), performance.now()];
    return {
      cpuMicros: (end.cpuMicros - start.cpuMicros) / (after - before),
      perSecond: (after - before) * 1_000 / (endMs - startMs),
      rssBytes: end.rssBytes,
    };
  } finally {
    process.suspend();
  }
}

function medianOf(costs: readonly TurnCost[]): TurnCost {
  const of = (figure: keyof TurnCost) => median(costs.map((cost) => cost[figure]));
  return { cpuMicros: of("cpuMicros"), perSecond: of("perSecond"), rssBytes: of("rssBytes") };
}
