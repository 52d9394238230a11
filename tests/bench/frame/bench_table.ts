/** What scenarios measured, as a table for people. */
import type { Figure } from "./scenario.ts";

/** A row of the table. */
export interface Row extends Figure {
  readonly scenario: string;
}

const TITLES = ["scenario", "figure", "value", "floor", "ratio"];

/** A table of Markdown, so that it can be kept as it was printed. */
export function benchTable(rows: readonly Row[]): string {
  const cells = rows.map(({ scenario, name, value, unit, floor }) => [
    scenario,
    name,
    `${rounded(value)} ${unit}`,
    floor === undefined ? "" : `${rounded(floor)} ${unit}`,
    floor === undefined ? "" : `${(value / floor).toFixed(2)} ×`,
  ]);
  const lines = [TITLES, ...cells];
  const widths = TITLES.map((_, at) => Math.max(...lines.map((line) => line[at]!.length)));
  const written = lines.map((line) => {
    // Words begin where their column does, figures end where it does.
    const aligned = line.map((cell, at) =>
      at < 2 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)
    );
    return `| ${aligned.join(" | ")} |\n`;
  });
  const rule = widths.map((width, at) => at < 2 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`);
  return [written[0], `| ${rule.join(" | ")} |\n`, ...written.slice(1)].join("");
}

/** Three digits, or all of a whole number: more would be noise. */
function rounded(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value.toPrecision(3);
}
