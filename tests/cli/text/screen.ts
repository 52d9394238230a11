/** A screen of any width, with or without colors, that keeps what was written to it. */
import type { Terminal } from "../../../src/cli/text/terminal.ts";

export class Screen implements Terminal {
  readonly isInteractive = true;
  readonly hasColor: boolean;
  readonly columns: number | undefined;
  output = "";
  errors = "";

  constructor(
    { hasColor = false, columns }: { hasColor?: boolean; columns?: number | undefined } = {},
  ) {
    this.hasColor = hasColor;
    this.columns = columns;
  }

  write(text: string): void {
    this.output += text;
  }

  writeError(text: string): void {
    this.errors += text;
  }
}
