/** The entry: arguments in, exit code out. */
import { runProgram } from "./cli/program.ts";
import { processTerminal } from "./cli/text/terminal.ts";

if (import.meta.main) Deno.exit(await runProgram(Deno.args, processTerminal()));
