/** What a command says when the store that it asked did not answer. */
import { ThreadDiedError } from "../../runtime/threads/thread_results.ts";
import { EXIT_CONFIG, EXIT_IO } from "../exit_code.ts";
import type { Terminal } from "../text/terminal.ts";

/** Exit codes by the errors of the store port. Any other error is a fault in sitemon. */
const EXIT_CODES: Readonly<Record<string, number>> = {
  StoreConfigurationError: EXIT_CONFIG,
  StoreUnavailableError: EXIT_IO,
};

/** Resolves to what `ask` does, or to the exit code of the store's error, of which it prints one sentence. */
export async function storeAnswer(
  terminal: Terminal,
  ask: () => Promise<number>,
): Promise<number> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const name = error instanceof ThreadDiedError ? error.errorName : error.name;
    const exitCode = EXIT_CODES[name ?? ""];
    if (exitCode === undefined) throw error;
    terminal.writeError(`${error.message}\n`);
    return exitCode;
  }
}
