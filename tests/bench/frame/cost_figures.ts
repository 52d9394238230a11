/** The figures of a cost that may depend on the number of sites. */
import type { Figure } from "./scenario.ts";

/** What one piece of work costs with so many sites. */
export interface Cost {
  readonly sites: number;
  readonly cpuMicros: number;
}

/** A row for each number of sites, and one that says how the cost grows. */
export function costFigures(what: string, costs: readonly Cost[]): Figure[] {
  return [
    ...costs.map(({ sites, cpuMicros }) => ({
      name: `${sites.toLocaleString("en")} sites: ${what}`,
      unit: "µs",
      value: cpuMicros,
    })),
    { name: "exponent of the cost over the sites", unit: "", value: exponentOf(costs) },
  ];
}

/** The slope of a straight line through the logarithms: 0 is flat, 1 is in proportion. */
function exponentOf(costs: readonly Cost[]): number {
  const points = costs.map(({ sites, cpuMicros }) => ({
    x: Math.log(sites),
    y: Math.log(cpuMicros),
  }));
  const mean = (of: "x" | "y") => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [x, y] = [mean("x"), mean("y")];
  const rise = points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0);
  const run = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  return rise / run;
}
