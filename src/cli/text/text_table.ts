/** Columns of text for people, aligned. */
import { cutText, printable, textWidth } from "./terminal_text.ts";

const GAP = "  ";
/** The last column is never cut to less than this: a narrow terminal breaks the line instead. */
const LAST_WIDTH_MIN = 20;

export interface TextTableOptions {
  readonly titles: readonly string[];
  /** Of each column, from the left: true for numbers. */
  readonly alignsRight?: readonly boolean[];
  /** Width of the terminal; the last column is cut to it. */
  readonly columns: number | undefined;
}

/** The lines of a table, each with its line break; characters that move a terminal are replaced. */
export function textTable(rows: readonly string[][], options: TextTableOptions): string {
  const { titles, alignsRight = [], columns } = options;
  const cells = [titles, ...rows].map((row) => row.map(printable));
  const widths = titles.map((_, at) => Math.max(...cells.map((row) => textWidth(row[at]!))));
  const last = titles.length - 1;
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + GAP.length, 0);
  const lastWidth = columns === undefined ? Infinity : Math.max(LAST_WIDTH_MIN, columns - before);
  return cells.map((row) => {
    const texts = row.map((text, at) => {
      if (at === last) return cutText(text, lastWidth);
      const padding = " ".repeat(widths[at]! - textWidth(text));
      return alignsRight[at] ? padding + text : text + padding;
    });
    return `${texts.join(GAP).trimEnd()}\n`;
  }).join("");
}
