/** What is wrong with a configuration, each mistake with its place. */

/** A place in a file; lines and columns are numbered from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Something at a place that is wrong, or probably not meant. */
export interface Mistake extends Place {
  /** Without its place and without secrets. */
  readonly message: string;
}

/** Thrown for a configuration that cannot be used, before anything is started. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** At least one, in the order of files, lines and columns. */
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    super(formatMistakes(mistakes));
    this.mistakes = mistakes;
  }
}

/** One line for each mistake, in the form of compilers, so that editors can jump there. */
export function formatMistakes(mistakes: readonly Mistake[]): string {
  return mistakes.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`)
    .join("\n");
}

/** The mistakes by place, without duplicates. The order of files is kept. */
export function inOrder(mistakes: readonly Mistake[]): Mistake[] {
  const files = [...new Set(mistakes.map(({ file }) => file))];
  const unique = new Map(mistakes.map((mistake) => [formatMistakes([mistake]), mistake]));
  return [...unique.values()].sort((a, b) =>
    files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column
  );
}
