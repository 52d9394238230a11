/** Processes that are measured in turns: while one works, the others are suspended. */
import { eventually, pause } from "../../support/waiting.ts";
import type { PostgresAddress } from "../../services/postgres.ts";
import { consumerServer, whileServerLasts } from "./consumer_server.ts";
import { type MeasuredProcess, processCpuMs } from "./measured_process.ts";
import { inRounds } from "./rounds.ts";
import type { Cost } from "./scenario.ts";

/** After it was suspended, a process first catches up with what it missed. */
const SETTLE_MS_MAX = 1_000;

/** On a busy machine a short window may pass before anything is done. */
const WINDOW_MS_MAX = 60_000;

/** A process that works by itself, and how much it has done so far. */
export interface MeasuredWorker {
  readonly process: MeasuredProcess;
  readonly count: () => Promise<number>;
  /** Where a consumer's reports go, if the CPU of the server's process is to count as its own. */
  readonly database?: PostgresAddress;
}

export interface TurnOptions {
  readonly windows: number;
  readonly windowMs: number;
}

/** What a piece of work costs each, in the middle of several windows. */
export function inTurns<Name extends string>(
  workers: Readonly<Record<Name, MeasuredWorker>>,
  { windows, windowMs }: TurnOptions,
): Promise<Record<Name, Cost>> {
  const sides = Object.entries<MeasuredWorker>(workers).map(([name, worker]) => {
    worker.process.suspend();
    return [name, () => whileServerLasts(() => turnOf(name, worker, windowMs))];
  });
  return inRounds<Name, keyof Cost>(Object.fromEntries(sides), { rounds: windows });
}

async function turnOf(
  name: string,
  { process, count, database }: MeasuredWorker,
  windowMs: number,
): Promise<Cost> {
  process.resume();
  try {
    await pause(Math.min(windowMs, SETTLE_MS_MAX));
    const server = database && await consumerServer(database);
    const cpuMicros = () =>
      process.usage().cpuMicros + (server === undefined ? 0 : processCpuMs(server) * 1_000);
    const [startMicros, startMs, before] = [cpuMicros(), performance.now(), await count()];
    await pause(windowMs);
    const done = await eventually(WINDOW_MS_MAX, `work of ${name}`, async () => {
      return await count() - before || undefined;
    });
    const [endMicros, endMs] = [cpuMicros(), performance.now()];
    return {
      cpuMicros: (endMicros - startMicros) / done,
      perSecond: done * 1_000 / (endMs - startMs),
      rssBytes: process.usage().rssBytes,
    };
  } finally {
    process.suspend();
  }
}
