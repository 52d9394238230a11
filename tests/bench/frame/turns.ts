/** Processes that are measured in turns: while one works, the others are suspended. */
import { eventually, pause } from "../../support/waiting.ts";
import type { MeasuredProcess } from "./measured_process.ts";
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
}

/** What a piece of work costs each, in the middle of several windows. */
export function inTurns<Name extends string>(
  workers: Readonly<Record<Name, MeasuredWorker>>,
  { windows, windowMs }: { readonly windows: number; readonly windowMs: number },
): Promise<Record<Name, Cost>> {
  const sides = Object.entries<MeasuredWorker>(workers).map(([name, worker]) => {
    worker.process.suspend();
    return [name, () => turnOf(name, worker, windowMs)];
  });
  return inRounds<Name, keyof Cost>(Object.fromEntries(sides), { rounds: windows });
}

async function turnOf(
  name: string,
  { process, count }: MeasuredWorker,
  windowMs: number,
): Promise<Cost> {
  process.resume();
  try {
    await pause(Math.min(windowMs, SETTLE_MS_MAX));
    const startMicros = process.usage().cpuMicros;
    const [startMs, before] = [performance.now(), await count()];
    await pause(windowMs);
    const done = await eventually(WINDOW_MS_MAX, `work of ${name}`, async () => {
      return await count() - before || undefined;
    });
    const { cpuMicros, rssBytes } = process.usage();
    return {
      cpuMicros: (cpuMicros - startMicros) / done,
      perSecond: done * 1_000 / (performance.now() - startMs),
      rssBytes,
    };
  } finally {
    process.suspend();
  }
}
