/** What a scenario of the bench is, and what it measures. */
import process from "node:process";
import type { Workbench } from "./workbench.ts";

/** One measured figure: a row of the table. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The same by the least code that does the work, measured in the same run. */
  readonly floor?: number;
}

export interface Scenario {
  /** What is measured, and against what. */
  readonly description: string;
  run(bench: Workbench): Promise<readonly Figure[]>;
}

/** The middle of the values, which one disturbed window does not move. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** What such a part of the values is not above. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(part * (sorted.length - 1))]!;
}

/** What each of some calls took, after a first one that prepares what is prepared once. */
export async function callsOf(ask: () => Promise<unknown>, count: number) {
  await ask();
  const [ms, cpuMs]: [number[], number[]] = [[], []];
  for (let call = 0; call < count; call++) {
    const [startMs, start] = [performance.now(), process.cpuUsage()];
    await ask();
    ms.push(performance.now() - startMs);
    const { user, system } = process.cpuUsage(start);
    cpuMs.push((user + system) / 1_000);
  }
  return { ms, cpuMs };
}

/** What a piece of work costs whoever does it. */
export interface Cost {
  readonly cpuMicros: number;
  readonly perSecond: number;
  readonly rssBytes: number;
}

const UNITS: Readonly<Record<keyof Cost, readonly [unit: string, divisor: number]>> = {
  cpuMicros: ["µs", 1],
  perSecond: ["/s", 1],
  rssBytes: ["MB", 1e6],
};

/** A row for each column of a cost, beside its floor. */
export function costFigures(
  title: string,
  columns: Readonly<Record<string, keyof Cost>>,
  { value, floor }: { readonly value: Cost; readonly floor: Cost },
): Figure[] {
  return Object.entries(columns).map(([what, of]) => {
    const [unit, divisor] = UNITS[of];
    const name = `${title}: ${what}`;
    return { name, unit, value: value[of] / divisor, floor: floor[of] / divisor };
  });
}
