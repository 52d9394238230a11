/** Work at full speed for a while, and what it cost this process. */
import process from "node:process";
import { inRounds } from "./rounds.ts";
import type { Cost } from "./scenario.ts";

export interface WindowOptions {
  /** How long work is begun. */
  readonly windowMs: number;
  /** Pieces of work that run at once. */
  readonly concurrency: number;
}

/** Repeats the work over one window. */
async function measure(
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
  const { rss: rssBytes } = process.memoryUsage();
  return { cpuMicros: (user + system) / count, perSecond: count / seconds, rssBytes };
}

/** Compares works of this process, which take turns; the first window of each warms it up. */
export function compare<Name extends string>(
  works: Readonly<Record<Name, (n: number) => unknown>>,
  { windows, ...options }: WindowOptions & { readonly windows: number },
): Promise<Record<Name, Cost>> {
  const sides = Object.entries<(n: number) => unknown>(works).map(([name, work]) => {
    return [name, () => measure(work, options)];
  });
  return inRounds<Name, keyof Cost>(Object.fromEntries(sides), { rounds: windows, warmUps: 1 });
}
