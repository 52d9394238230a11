/** `sitemon forget`: marks a site that is no longer watched as removed, in a thread. */
import { threadResult } from "../../runtime/threads/thread_results.ts";
import type { SiteKey } from "../../status/queries.ts";
import { forgetSpec } from "../../threads/forget/forget_spec.ts";
import { EXIT_NOT_UP, EXIT_OK } from "../exit_code.ts";
import { loadFile } from "../load_file.ts";
import { storeAnswer } from "./store_answer.ts";
import type { Terminal } from "../text/terminal.ts";
import { printable } from "../text/terminal_text.ts";

export interface ForgetOptions {
  readonly site: string;
  readonly config: string;
  /** All of them when absent. */
  readonly location?: string;
}

/** Resolves to the exit code: 1 when there is no such site, or it is removed already. */
export async function forget(
  { site, config, location }: ForgetOptions,
  terminal: Terminal,
): Promise<number> {
  const loaded = loadFile(config, { role: "status", terminal });
  const spec = forgetSpec(loaded, location === undefined ? { site } : { site, location });
  return await storeAnswer(terminal, async () => {
    const forgotten = await threadResult<readonly SiteKey[]>(spec);
    if (forgotten.length === 0) {
      terminal.writeError(
        `Cannot forget ${printable(`"${site}"`)} as the store must have such a site: ` +
          "it has none; see sitemon status for the names\n",
      );
      return EXIT_NOT_UP;
    }
    for (const key of forgotten) {
      terminal.write(`Forgot ${printable(key.site)} (${printable(key.location)})\n`);
    }
    terminal.write("Its history stays, and its next report brings it back\n");
    return EXIT_OK;
  });
}
