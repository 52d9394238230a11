/** A screen of any width, with or without colours, that keeps what was written to it. */
import type { Terminal } from "../../../src/cli/text/terminal.ts";

export class Screen implements Terminal {
  readonly isInteractive = true;
  readonly hasColour: boolean;
  readonly columns: number | undefined;
  output = "";
  errors = "";

  constructor(
    { hasColour = false, columns }: { hasColour?: boolean; columns?: number | undefined } = {},
  ) {
    this.hasColour = hasColour;
    this.columns = columns;
  }

  write(text: string): void {
    this.output += text;
  }

  writeError(text: string): void {
    this.errors += text;
  }
}
