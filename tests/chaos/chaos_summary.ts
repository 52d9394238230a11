/** What the rounds of a chaos run came to, for people. */
import type { ChaosReport } from "./chaos_round.ts";

const FIGURES = ["stored", "applied", "duplicates", "dropped", "dead"] as const;

export class ChaosSummary {
  readonly #reports: ChaosReport[] = [];

  add(report: ChaosReport): void {
    this.#reports.push(report);
  }

  /** True while no round has broken a promise. */
  get isRight(): boolean {
    return this.#reports.every(({ violations }) => violations.length === 0);
  }

  text(minutes: number): string {
    const faults = this.#faults();
    const count = faults.reduce((sum, [, times]) => sum + times, 0);
    return [
      `${this.#reports.length} rounds in ${minutes.toFixed(1)} minutes, ${count} faults:`,
      ...faults.map(([name, times]) => `${String(times).padStart(9)}  ${name}`),
      "reports:",
      ...FIGURES.map((name) => `${this.#sum(name).toLocaleString("en").padStart(9)}  ${name}`),
      `slowest recovery: ${(this.#slowestMs() / 1_000).toFixed(1)} s`,
      ...this.#reports.flatMap(({ violations, folder }) =>
        violations.map((what) => `BROKEN: ${what} (${folder})`)
      ),
      this.isRight ? "All promises held." : "Promises were broken.",
    ].join("\n");
  }

  #faults(): [name: string, times: number][] {
    const sums = new Map<string, number>();
    for (const { faults } of this.#reports) {
      for (const [name, times] of faults) sums.set(name, (sums.get(name) ?? 0) + times);
    }
    return [...sums].sort(([a], [b]) => a.localeCompare(b));
  }

  #sum(name: typeof FIGURES[number]): number {
    return this.#reports.reduce((sum, report) => sum + report[name], 0);
  }

  #slowestMs(): number {
    return Math.max(0, ...this.#reports.map(({ recoveryMs }) => recoveryMs));
  }
}
