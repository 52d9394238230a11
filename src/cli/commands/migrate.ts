/** `sitemon migrate`: brings PostgreSQL's tables to this version's, in a thread. */
import { threadResult } from "../../runtime/threads/thread_results.ts";
import { storeTaskSpec } from "../../threads/store_task/store_task_spec.ts";
import { type ConfigOptions, type DefineCommand, withConfig } from "../define_command.ts";
import { EXIT_OK } from "../exit_code.ts";
import { loadFile } from "../load_file.ts";
import type { Terminal } from "../text/terminal.ts";

export const define: DefineCommand = (command, { terminal, exit }) =>
  withConfig(command, "consumer")
    .description("Creates or updates the tables, as every consumer does when it starts.")
    .action((options) => exit(migrate(options, terminal)));

async function migrate(options: ConfigOptions, terminal: Terminal): Promise<number> {
  const loaded = loadFile(options, { role: "migrate", terminal });
  await threadResult(storeTaskSpec(loaded, { type: "migrate" }));
  terminal.write("Tables are up to date\n");
  return EXIT_OK;
}
