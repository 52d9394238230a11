/** Where a command writes: standard output and error, and what is known of the terminal there. */

export interface Terminal {
  /** Writes to standard output. */
  write(text: string): void;
  /** Writes to standard error. */
  writeError(text: string): void;
  /** True if standard error is a terminal. */
  readonly isInteractive: boolean;
  /** True if standard output is a terminal or `FORCE_COLOR` is set, and `NO_COLOR` is not. */
  readonly hasColor: boolean;
  /** Width of the terminal in characters; `undefined` if standard output is not a terminal. */
  readonly columns: number | undefined;
  /** Its height in lines; absent where it is not known. */
  readonly rows?: number | undefined;
}

/** Thrown when standard output cannot be written to. */
export class OutputError extends Error {
  override readonly name = "OutputError";
  /** Its reader has closed it, as head(1) does: nobody has to be told. */
  readonly isClosed: boolean;

  constructor(cause: unknown) {
    super(`cannot write the output: ${(cause as Error).message}`);
    this.isClosed = cause instanceof Deno.errors.BrokenPipe;
  }
}

/**
 * The process's own standard streams. Writing to output throws {@linkcode OutputError}; there is
 * nobody to tell that standard error cannot be written to.
 *
 * @see https://no-color.org/
 */
export function processTerminal(): Terminal {
  const isTerminal = Deno.stdout.isTerminal();
  return {
    write(text) {
      try {
        writeAll(Deno.stdout, text);
      } catch (error) {
        throw new OutputError(error);
      }
    },
    writeError(text) {
      try {
        writeAll(Deno.stderr, text);
      } catch {
        // The exit code still tells how it ended.
      }
    },
    isInteractive: Deno.stderr.isTerminal(),
    hasColor: (isTerminal || Boolean(Deno.env.get("FORCE_COLOR"))) && !Deno.env.get("NO_COLOR"),
    // A terminal without a size reports 0 columns.
    columns: isTerminal ? Deno.consoleSize().columns || undefined : undefined,
    rows: isTerminal ? Deno.consoleSize().rows || undefined : undefined,
  };
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
}
