/** Where a command writes for people: standard output and error, and whether a person looks at them. */

export interface Terminal {
  /** Writes to standard output, as it stands. */
  write(text: string): void;
  /** Writes to standard error, as it stands. */
  writeError(text: string): void;
  /** True when a person reads standard error. */
  readonly isInteractive: boolean;
  /**
   * True when standard output may have colors: a terminal, or `FORCE_COLOR` is set, and `NO_COLOR`
   * is not.
   */
  readonly hasColor: boolean;
  /** Width of the terminal in characters; `undefined` when standard output is none. */
  readonly columns: number | undefined;
}

/**
 * The process's own standard streams.
 *
 * @see https://no-color.org/
 */
export function processTerminal(): Terminal {
  const isTerminal = Deno.stdout.isTerminal();
  return {
    write: (text) => writeAll(Deno.stdout, text),
    writeError: (text) => writeAll(Deno.stderr, text),
    isInteractive: Deno.stderr.isTerminal(),
    hasColor: (isTerminal || Boolean(Deno.env.get("FORCE_COLOR"))) && !Deno.env.get("NO_COLOR"),
    // Terminals that nobody has given a size say that it is nothing.
    columns: isTerminal ? Deno.consoleSize().columns || undefined : undefined,
  };
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
}
