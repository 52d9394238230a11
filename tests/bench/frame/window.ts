/** Work at full speed for a while, and what it cost this process. */
import process from "node:process";
import { getHeapStatistics } from "node:v8";
import { inRounds } from "./rounds.ts";
import type { Cost } from "./scenario.ts";

export interface WindowOptions {
  /** How long work is begun. */
  readonly windowMs: number;
  /** Pieces of work that run at once. */
  readonly concurrency: number;
}

export interface WindowCost extends Cost {
  /** JavaScript objects of this thread, whether or not they outlive the work. */
  readonly allocatedBytes: number;
}

/** Repeats the work over one window. */
async function measure(
  work: (n: number) => unknown,
  { windowMs, concurrency }: WindowOptions,
): Promise<WindowCost> {
  const startBytes = allocatedBytes();
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
  return {
    cpuMicros: (user + system) / count,
    perSecond: count / seconds,
    rssBytes,
    allocatedBytes: (allocatedBytes() - startBytes) / count,
  };
}

/** All that V8 has ever allocated for this thread; the types of Deno 2.9 lack the figure. */
function allocatedBytes(): number {
  const { total_allocated_bytes } = getHeapStatistics() as unknown as Record<string, number>;
  return total_allocated_bytes!;
}

/** Compares works of this process, which take turns; the first window of each warms it up. */
export function compare<Name extends string>(
  works: Readonly<Record<Name, (n: number) => unknown>>,
  { windows, ...options }: WindowOptions & { readonly windows: number },
): Promise<Record<Name, WindowCost>> {
  const sides = Object.entries<(n: number) => unknown>(works).map(([name, work]) => {
    return [name, () => measure(work, options)];
  });
  return inRounds<Name, keyof WindowCost>(Object.fromEntries(sides), {
    rounds: windows,
    warmUps: 1,
  });
}
