/** What a scenario of the bench is, and what it measures. */

/** One measured figure: a row of the table. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The same by the least code that does the work, measured in the same run. */
  readonly floor?: number;
}

export interface BenchOptions {
  /** A form of seconds, which shows that the bench works and measures nothing well. */
  readonly isShort: boolean;
  /** How long each part of a scenario lasts that looks at time going by; the short form ignores it. */
  readonly minutes: number;
}

export interface Scenario {
  /** What is measured, and against what. */
  readonly description: string;
  run(options: BenchOptions): Promise<readonly Figure[]>;
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
