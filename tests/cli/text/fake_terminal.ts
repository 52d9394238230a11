/** A terminal that keeps what a command wrote. */
import { runProgram } from "../../../src/cli/program.ts";
import type { Terminal } from "../../../src/cli/text/terminal.ts";

export class FakeTerminal implements Terminal {
  readonly isInteractive;
  readonly hasColor;
  readonly columns;
  readonly rows;
  output = "";
  errors = "";

  constructor(
    { isInteractive = false, hasColor = false, columns, rows }: Partial<Terminal> = {},
  ) {
    this.rows = rows;
    this.isInteractive = isInteractive;
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

/** Runs a command in this process. */
export async function runCommand(...args: string[]) {
  const terminal = new FakeTerminal();
  const code = await runProgram(args, terminal);
  return { code, output: terminal.output, errors: terminal.errors };
}

/** What a command printed as one JSON object a line. */
export function jsonLines(output: string) {
  return output.trimEnd().split("\n").map((line) => JSON.parse(line));
}
