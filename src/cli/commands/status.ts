/** `sitemon status`: the newest status of each site, or one site's history, read in a thread. */
import { threadResult } from "../../runtime/threads/thread_results.ts";
import { jsonOf, keyOf, type SiteStatus, type SiteUptime } from "../../status/queries.ts";
import { uptimesJson } from "../../status/uptime.ts";
import type { SiteStories } from "../../threads/store_task/store_task_thread.ts";
import { storeTaskSpec } from "../../threads/store_task/store_task_spec.ts";
import { type ConfigOptions, type DefineCommand, withConfig } from "../define_command.ts";
import { EXIT_NOT_UP, EXIT_OK, exitCodeOf } from "../exit_code.ts";
import { loadFile } from "../load_file.ts";
import { storyText } from "../text/status_story.ts";
import { statusSummary, statusTable } from "../text/status_table.ts";
import type { Terminal } from "../text/terminal.ts";
import { cutText, printable, printableJson } from "../text/terminal_text.ts";
import { interruption, watch } from "../text/watch.ts";

export const define: DefineCommand = (command, { terminal, exit }) =>
  withConfig(command, "consumer", "run", "web")
    .description("Prints the newest status of each site; exits 0 when all are up.")
    .option("--json", "print one JSON object per site")
    .option("--watch", "keep updating the output until interrupted")
    .option(
      "--site <name>",
      "only this site, with its uptimes, response times, incidents and changes",
    )
    .action((options: StatusOptions) => exit(status(options, terminal)));

interface StatusOptions extends ConfigOptions {
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly site?: string;
}

/** Resolves to the exit code; with `watch` to that of the last round. */
async function status(
  { json = false, watch: watches = false, site, ...options }: StatusOptions,
  terminal: Terminal,
): Promise<number> {
  const loaded = loadFile(options, { role: "status", terminal });
  const spec = storeTaskSpec(loaded, { type: "statuses", ...(site !== undefined && { site }) });
  const show = async (terminal: Terminal) => {
    const { statuses, uptimes, stories } = await threadResult<SiteStories>(spec);
    const now = new Date();
    if (site === undefined || json) {
      return printStatuses({ statuses, uptimes, json, now }, terminal);
    }
    if (stories.length === 0) {
      terminal.writeError(`no such site in the store: ${printable(`"${site}"`)}\n`);
    }
    terminal.write(stories.map((story) => storyText(story, { now, terminal })).join("\n"));
    return exitCodeOfStatuses(stories.map(({ history }) => history.status));
  };
  if (!watches) return await show(terminal);
  using interrupted = interruption();
  return await watch((terminal) => orExitCode(show, terminal), terminal, interrupted);
}

/** A store that is unavailable for a while does not end the watching. */
async function orExitCode(
  show: (terminal: Terminal) => Promise<number>,
  terminal: Terminal,
): Promise<number> {
  try {
    return await show(terminal);
  } catch (error) {
    const exitCode = error instanceof Error ? exitCodeOf(error) : undefined;
    if (exitCode === undefined) throw error;
    terminal.writeError(`${(error as Error).message}\n`);
    return exitCode;
  }
}

export interface PrintStatusesOptions {
  readonly statuses: readonly SiteStatus[];
  readonly uptimes: readonly SiteUptime[];
  /** One object a line, with the fields of the report and uptimes as `/api/status` has them. */
  readonly json: boolean;
  readonly now: Date;
}

/** Returns the exit code. */
export function printStatuses(
  { statuses, uptimes, json, now }: PrintStatusesOptions,
  terminal: Terminal,
): number {
  const { hasColor, columns } = terminal;
  const uptimeOfSite = new Map(uptimes.map((uptime) => [keyOf(uptime), uptime]));
  if (statuses.length === 0) terminal.writeError("No site has a status yet\n");
  else if (json) {
    const objects = statuses.map((status) => ({
      ...jsonOf(status),
      uptimes: uptimesJson(uptimeOfSite.get(keyOf(status))),
    }));
    terminal.write(objects.map((object) => `${printableJson(object)}\n`).join(""));
  } else {
    terminal.write(statusTable(statuses, { uptimes: uptimeOfSite, now, hasColor, columns }));
    // A person may see only the end of a long table.
    if (columns !== undefined) terminal.write(`${cutText(statusSummary(statuses), columns)}\n`);
  }
  return exitCodeOfStatuses(statuses);
}

/** 0 when every site is up: not when one is stale, or when nothing is known of any. */
function exitCodeOfStatuses(statuses: readonly SiteStatus[]): number {
  const areAllUp = statuses.every(({ outcome, stale }) => outcome === "up" && !stale);
  return statuses.length > 0 && areAllUp ? EXIT_OK : EXIT_NOT_UP;
}
