/** The program: runs what its arguments name, and turns errors into sentences and exit codes. */
import type { CommanderError } from "commander";
import { describeError } from "../runtime/telemetry/log_entry.ts";
import { VERSION, versionText } from "../runtime/version.ts";
import { EXIT_BUG, EXIT_IO, EXIT_OK, EXIT_USAGE, exitCodeOf } from "./exit_code.ts";
import { OutputError, type Terminal } from "./text/terminal.ts";

const VERSION_OPTIONS = ["-V", "--version"];

/** Runs the command that the arguments name and resolves to the exit code. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = EXIT_OK;
  const exit = async (code: number | Promise<number>) => {
    exitCode = await code;
  };
  try {
    if (args.length === 1 && VERSION_OPTIONS.includes(args[0]!)) {
      terminal.write(`sitemon ${await versionText()}\n`);
      return EXIT_OK;
    }
    // Its library takes longer to load than an empty program runs.
    const { commandTable } = await import("./command_table.ts");
    const program = await commandTable(args, { terminal, exit });
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    if (isOfCommander(error)) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    if (error instanceof OutputError && error.isClosed) return EXIT_IO;
    const code = error instanceof Error ? exitCodeOf(error) : undefined;
    const sentence = code === undefined
      ? `internal error in sitemon ${VERSION}, please report it: ${describeError(error)}`
      : (error as Error).message;
    terminal.writeError(`${sentence}\n`);
    return code ?? EXIT_BUG;
  }
}

/** By its name: its class may not have been loaded. */
function isOfCommander(error: unknown): error is CommanderError {
  return error instanceof Error && error.name === "CommanderError";
}
