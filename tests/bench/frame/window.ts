/** Work at full speed for a while, and what it cost this process. */
import process from "node:process";
import { median } from "./scenario.ts";

export interface WindowOptions {
  /** How long work is begun. */
  readonly windowMs: number;
  /** Pieces of work that run at once. */
  readonly concurrency: number;
}

/** What one piece of work costs. */
export interface Cost {
  readonly cpuMicros: number;
  readonly perSecond: number;
}

/** Repeats the work over one window. */
export async function measure(
  work: (n: number) => unknown,
  { windowMs, concurrency }: WindowOptions,
): Promise<Cost> {
  const start = process.cpuUsage();
  const startMs = performance.now();
  let count = 0;
  const worker = async () => {
    while (performance.now() - startMs < windowMs) await work(count++);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - startMs) / 1_000;
  const { user, system } = process.cpuUsage(start);
  return { cpuMicros: (user + system) / count, perSecond: count / seconds };
}

/**
 * The medians of several windows. The works take turns, so that what disturbs the machine disturbs
 * them alike; the first window of each warms it up and does not count.
 */
export async function compare<Name extends string>(
  works: Readonly<Record<Name, (n: number) => unknown>>,
  { windows, ...options }: WindowOptions & { readonly windows: number },
): Promise<Record<Name, Cost>> {
  const names = Object.keys(works) as Name[];
  const costs = Object.fromEntries(names.map((name) => [name, [] as Cost[]]));
  for (let window = 0; window <= windows; window++) {
    for (const name of names) {
      const cost = await measure(works[name], options);
      if (window > 0) costs[name]!.push(cost);
    }
  }
  return Object.fromEntries(names.map((name) => [name, medianCost(costs[name]!)])) as Record<
    Name,
    Cost
  >;
}

function medianCost(costs: readonly Cost[]): Cost {
  return {
    cpuMicros: median(costs.map(({ cpuMicros }) => cpuMicros)),
    perSecond: median(costs.map(({ perSecond }) => perSecond)),
  };
}
