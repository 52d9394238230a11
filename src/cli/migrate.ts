/** `sitemon migrate`: brings PostgreSQL's tables to this version's, and says how it went. */
import { ThreadDiedError } from "../runtime/thread_results.ts";
import { EXIT_CONFIG, EXIT_IO, EXIT_OK } from "./exit_code.ts";
import type { Terminal } from "./terminal.ts";

export interface MigrateOptions {
  /** Migrates in a thread, since main connects to nothing; rejects with what the thread died of. */
  readonly migrate: () => Promise<unknown>;
}

/** Exit codes by the errors of the store port. Any other error is a fault in sitemon. */
const EXIT_CODES: Readonly<Record<string, number>> = {
  StoreConfigurationError: EXIT_CONFIG,
  StoreUnavailableError: EXIT_IO,
};

/** Resolves to the exit code. */
export async function migrate({ migrate }: MigrateOptions, terminal: Terminal): Promise<number> {
  try {
    await migrate();
    terminal.write("The tables are at this version\n");
    return EXIT_OK;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const name = error instanceof ThreadDiedError ? error.errorName : error.name;
    const exitCode = EXIT_CODES[name ?? ""];
    if (exitCode === undefined) throw error;
    terminal.writeError(`${error.message}\n`);
    return exitCode;
  }
}
