/** What a scenario of the bench is, and what it measures. */
import type { Workbench } from "./workbench.ts";

/** One measured figure: a row of the table. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The same by the least code that does the work, measured in the same run. */
  readonly floor?: number;
}

export interface BenchOptions {
  /** A form of seconds, which shows that the bench works; its figures mean nothing. */
  readonly isShort: boolean;
  /** How long "memory" observes its processes; the short form ignores it. */
  readonly minutes: number;
}

export interface Scenario {
  /** What is measured, and against what. */
  readonly description: string;
  run(bench: Workbench): Promise<readonly Figure[]>;
}

/** Thrown by a scenario that this machine has no room for; the message says what to do. */
export class UnfitMachineError extends Error {
  override readonly name = "UnfitMachineError";
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

/** CPU in microseconds of one piece of work for each number of sites, and how it grows with them. */
export function growthFigures(what: string, cpuMicros: ReadonlyMap<number, number>): Figure[] {
  const rows = Array.from(cpuMicros, ([sites, value]) => {
    return { name: `${sites.toLocaleString("en")} sites: ${what}`, unit: "µs", value };
  });
  const name = "exponent of the cost over the sites";
  return [...rows, { name, unit: "", value: exponentOf([...cpuMicros]) }];
}

/** The slope of a straight line through the logarithms: 0 is flat, 1 is in proportion. */
function exponentOf(points: readonly (readonly [x: number, y: number])[]): number {
  const [x, y] = ([0, 1] as const).map((axis) => points.map((point) => Math.log(point[axis])));
  const mean = (values: readonly number[]) => values.reduce((sum, n) => sum + n) / values.length;
  const [meanX, meanY] = [mean(x!), mean(y!)];
  const rise = x!.map((value, n) => (value - meanX) * (y![n]! - meanY));
  return mean(rise) / mean(x!.map((value) => (value - meanX) ** 2));
}
