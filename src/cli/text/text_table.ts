/** Tables for people: aligned columns that fit the terminal, safe to print. */
import { cutText, printable, textWidth } from "./terminal_text.ts";

/** Between two columns. */
export const GAP = "  ";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly alignsRight?: boolean;
  /** SGR code. @see https://en.wikipedia.org/wiki/ANSI_escape_code#Colors */
  readonly color?: (row: Row) => number | undefined;
  /** As wide as its widest cell when absent; needed where rows come later. */
  readonly width?: number;
  /** Wider cells are cut. */
  readonly widthMax?: number;
  /** Other columns are dropped before this one is cut to less. */
  readonly widthWanted?: number;
  /** In which order columns are dropped if the terminal is too narrow; those without it stay. */
  readonly dropOrder?: number;
  /** True for the last column if its cells are made for its width, and may have colors. */
  readonly isRaw?: boolean;
}

export interface TextTableOptions {
  readonly hasColor?: boolean;
  /** Width to fit into; `undefined` cuts nothing. */
  readonly columns: number | undefined;
}

/** The lines of a table, each with its line break. */
export function textTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: TextTableOptions,
): string {
  const table = new TextTable(columns, rows, options);
  return table.header + rows.map((row) => table.line(row)).join("");
}

/** A table whose lines are printed one at a time. */
export class TextTable<Row> {
  readonly #columns: readonly SizedColumn<Row>[];
  readonly #hasColor: boolean;

  /** Widths are those of `rows`, and of columns that have a `width`. */
  constructor(
    columns: readonly Column<Row>[],
    rows: readonly Row[],
    { hasColor = false, columns: width }: TextTableOptions,
  ) {
    const sized = columns.map((column) => ({ ...column, width: naturalWidth(column, rows) }));
    this.#columns = width === undefined ? sized : fitted(withoutDropped(sized, width), width);
    this.#hasColor = hasColor;
  }

  /** The line of titles. */
  get header(): string {
    return this.#line(({ title }) => title);
  }

  line(row: Row): string {
    return this.#line(({ cell }) => cell(row), row);
  }

  #line(textOf: (column: Column<Row>) => string, row?: Row): string {
    const texts = this.#columns.map((column) => {
      if (column.isRaw) return textOf(column);
      const text = aligned(printable(textOf(column)), column);
      const color = row === undefined ? undefined : column.color?.(row);
      return this.#hasColor && color !== undefined ? painted(text, color) : text;
    });
    return `${texts.join(GAP).trimEnd()}\n`;
  }
}

/** The text in a color of the terminal; the color is an SGR code. */
export function painted(text: string, color: number): string {
  return `\x1b[${color}m${text}\x1b[0m`;
}

type SizedColumn<Row> = Column<Row> & { readonly width: number };

function naturalWidth<Row>(
  { title, cell, width, widthMax = Infinity }: Column<Row>,
  rows: readonly Row[],
): number {
  const widest = width ??
    Math.max(title.length, ...rows.map((row) => textWidth(printable(cell(row)))));
  return Math.min(widest, widthMax);
}

function withoutDropped<Row>(columns: readonly SizedColumn<Row>[], width: number) {
  let kept = columns;
  const droppable = columns.filter(({ dropOrder }) => dropOrder !== undefined)
    .sort((a, b) => a.dropOrder! - b.dropOrder!);
  for (const next of droppable) {
    if (wantedWidth(kept) <= width) break;
    kept = kept.filter((column) => column !== next);
  }
  return kept;
}

function wantedWidth<Row>(columns: readonly SizedColumn<Row>[]): number {
  return columns.reduce(
    (sum, { width, widthWanted = width }) => sum + Math.min(width, widthWanted) + GAP.length,
    -GAP.length,
  );
}

/** Gives each column its width from the left; columns that find no room are left out. */
function fitted<Row>(columns: readonly SizedColumn<Row>[], width: number): SizedColumn<Row>[] {
  let left = width;
  return columns.map((column) => {
    const given = Math.max(0, Math.min(column.width, left));
    left -= given + GAP.length;
    return { ...column, width: given };
  }).filter(({ width }) => width > 0);
}

function aligned<Row>(text: string, { width, alignsRight }: SizedColumn<Row>): string {
  const cut = cutText(text, width);
  const padding = " ".repeat(width - textWidth(cut));
  return alignsRight ? padding + cut : cut + padding;
}
