/** Composes `sitemon status`: reads the store in a thread, once or again and again, and prints what it says. */
import { threadResult } from "../../runtime/threads/thread_results.ts";
import { statusesSpec } from "../../threads/statuses/statuses_spec.ts";
import type { StatusesAnswer } from "../../threads/statuses/statuses_thread.ts";
import { EXIT_NOT_UP } from "../exit_code.ts";
import { loadFile } from "../load_file.ts";
import { status } from "./status.ts";
import { statusStory } from "./status_story.ts";
import { interruption, watchStatus } from "./status_watch.ts";
import { storeAnswer } from "./store_answer.ts";
import { printable } from "../text/terminal_text.ts";
import type { Terminal } from "../text/terminal.ts";

export interface StatusCommandOptions {
  /** Path of the configuration. */
  readonly config: string;
  readonly json?: boolean;
  /** Shows it again and again, until a signal. */
  readonly watch?: boolean;
  /** Shows this site alone, with its past. */
  readonly site?: string;
}

/** Resolves to the exit code; with `watch` to that of the last round. */
export async function statusCommand(
  { config, json = false, watch = false, site }: StatusCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const spec = statusesSpec(loadFile(config, { role: "status", terminal }), site);
  const show = (terminal: Terminal) =>
    storeAnswer(terminal, async () => {
      const { statuses, stories } = await threadResult<StatusesAnswer>(spec);
      const now = new Date();
      if (site === undefined || json) return status({ statuses, json, now }, terminal);
      if (stories.length > 0) return statusStory({ stories, now }, terminal);
      terminal.writeError(
        `Cannot show "${printable(site)}" as it must be a site that was checked: it is not\n`,
      );
      return EXIT_NOT_UP;
    });
  if (!watch) return await show(terminal);
  using interrupted = interruption();
  return await watchStatus(show, terminal, interrupted);
}
