/** A terminal that keeps what was written to it. */
import type { Terminal } from "../../src/cli/terminal.ts";

export class FakeTerminal implements Terminal {
  output = "";
  errors = "";
  readonly hasColour: boolean;
  readonly columns: number | undefined;
  readonly isInteractive: boolean;

  constructor({ hasColour = false, columns = 100, isInteractive = false }: Partial<Terminal> = {}) {
    this.hasColour = hasColour;
    this.columns = columns;
    this.isInteractive = isInteractive;
  }

  write(text: string) {
    this.output += text;
  }

  writeError(text: string) {
    this.errors += text;
  }
}
