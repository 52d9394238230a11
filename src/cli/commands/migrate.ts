/** `sitemon migrate`: brings PostgreSQL's tables to this version's, in a thread, and says how it went. */
import { threadResult } from "../../runtime/threads/thread_results.ts";
import { migrationSpec } from "../../threads/migration/migration_spec.ts";
import { EXIT_OK } from "../exit_code.ts";
import { loadFile } from "../load_file.ts";
import { storeAnswer } from "./store_answer.ts";
import type { Terminal } from "../text/terminal.ts";

/** Resolves to the exit code. */
export async function migrate(path: string, terminal: Terminal): Promise<number> {
  const spec = migrationSpec(loadFile(path, { role: "migrate", terminal }));
  return await storeAnswer(terminal, async () => {
    await threadResult(spec);
    terminal.write("The tables are at this version\n");
    return EXIT_OK;
  });
}
