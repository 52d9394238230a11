/** `sitemon forget`: marks a site that is no longer checked as removed, in a thread. */
import { threadResult } from "../../runtime/threads/thread_results.ts";
import type { SiteKey } from "../../status/queries.ts";
import { storeTaskSpec } from "../../threads/store_task/store_task_spec.ts";
import { type ConfigOptions, type DefineCommand, withConfig } from "../define_command.ts";
import { EXIT_NOT_UP, EXIT_OK } from "../exit_code.ts";
import { loadFile } from "../load_file.ts";
import type { Terminal } from "../text/terminal.ts";
import { printable } from "../text/terminal_text.ts";
import { unknownSite } from "../unknown_site.ts";

export const define: DefineCommand = (command, { terminal, exit }) =>
  withConfig(command, "consumer", "run")
    .description(
      "Marks a site that is no longer checked as removed, so that it does not show as stale. " +
        "Its history is kept, and its next report brings it back.",
    )
    .argument("<site>", "name of the site")
    .option("--location <name>", "only at this location")
    .action((site: string, options) => exit(forget({ site, ...options }, terminal)));

interface ForgetOptions extends ConfigOptions {
  readonly site: string;
  /** All of them when absent. */
  readonly location?: string;
}

/** Resolves to 1 when there is no such site, or it is removed already. */
async function forget(
  { site, location, ...options }: ForgetOptions,
  terminal: Terminal,
): Promise<number> {
  const loaded = loadFile(options, { role: "status", terminal });
  const spec = storeTaskSpec(loaded, {
    type: "forget",
    site,
    ...(location === undefined ? {} : { location }),
  });
  const forgotten = await threadResult<readonly SiteKey[]>(spec);
  if (forgotten.length === 0) {
    terminal.writeError(unknownSite(site, []));
    return EXIT_NOT_UP;
  }
  for (const key of forgotten) {
    terminal.write(`Forgot ${printable(key.site)} (${printable(key.location)})\n`);
  }
  terminal.write("Its history is kept, and its next report brings it back\n");
  return EXIT_OK;
}
