/** Remembers what a command wrote. */
import type { Terminal } from "../../../src/cli/text/terminal.ts";

export class FakeTerminal implements Terminal {
  readonly isInteractive: boolean;
  readonly hasColor = false;
  readonly columns: number | undefined;
  output = "";
  errors = "";

  constructor({ isInteractive = false, columns }: Partial<Terminal> = {}) {
    this.isInteractive = isInteractive;
    this.columns = columns;
  }

  write(text: string): void {
    this.output += text;
  }

  writeError(text: string): void {
    this.errors += text;
  }
}
