/** `sitemon status`: the newest status of each site, or one site's history, read in a thread. */
import { Option } from "commander";
import { quorumsOf } from "../../config/alerts.ts";
import { type SiteState, STATES } from "../../report/site_state.ts";
import { threadResult } from "../../runtime/threads/thread_results.ts";
import { jsonOf, keyOf, type SiteUptime } from "../../status/queries.ts";
import { uptimesJson } from "../../status/uptime.ts";
import {
  hasLabel,
  matchesSearch,
  SEARCH_LENGTH_MAX,
  type WholeSite,
  wholeSites,
} from "../../status/whole_sites.ts";
import type { SiteStories } from "../../threads/store_task/store_task_thread.ts";
import { storeTaskSpec } from "../../threads/store_task/store_task_spec.ts";
import { type ConfigOptions, type DefineCommand, withConfig } from "../define_command.ts";
import { EXIT_NOT_UP, EXIT_OK, exitCodeOf } from "../exit_code.ts";
import { labelOption, labelsOf } from "../label_option.ts";
import { loadFile } from "../load_file.ts";
import { browse, typedText } from "../text/browse.ts";
import { type SiteNote, siteNotes, workLines } from "../text/site_notes.ts";
import { storyText } from "../text/status_story.ts";
import { SORT_NAMES, type SortName, statusSummary, statusTable } from "../text/status_table.ts";
import type { Terminal } from "../text/terminal.ts";
import { cutText, printable, printableJson } from "../text/terminal_text.ts";
import { interruption, watch } from "../text/watch.ts";
import { noSiteFits, unknownSite } from "../unknown_site.ts";

export const define: DefineCommand = (command, { terminal, exit }) =>
  withConfig(command, "consumer", "run", "web")
    .description("Prints the newest status of each site; exits 0 when all of them are up.")
    .argument("[words...]", "only sites with these words in name, URL, location or labels")
    .option("--json", "print one JSON object per site and location")
    .option(
      "--watch",
      "keep updating the output; on a terminal with keys to choose, search and sort",
    )
    .addOption(
      new Option("--state <state>", "only sites in this state").choices(STATES),
    )
    .addOption(labelOption("only sites with this label; may be repeated"))
    .addOption(new Option("--sort <by>", "what comes first (default: state)").choices(SORT_NAMES))
    .option("--all", "show every site, also those that are up and do not fit on the screen")
    .option(
      "--site <name>",
      "only this site, with its uptimes, response times, incidents and changes",
    )
    .action((words: string[], options: StatusOptions) =>
      exit(status({ ...options, words }, terminal))
    );

interface StatusOptions extends ConfigOptions {
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly site?: string;
  readonly words?: readonly string[];
  readonly state?: SiteState;
  readonly label?: readonly string[];
  readonly sort?: SortName;
  readonly all?: boolean;
}

/** Resolves to the exit code; with `watch` to that of the last round. */
async function status(
  { json = false, watch: watches = false, site, ...options }: StatusOptions,
  terminal: Terminal,
): Promise<number> {
  const isWanted = siteFilter(options);
  const loaded = loadFile(options, { role: "status", terminal });
  const quorums = quorumsOf(loaded.alerts);
  const spec = storeTaskSpec(loaded, { type: "statuses", ...(site !== undefined && { site }) });
  const show = async (terminal: Terminal) => {
    const { statuses, uptimes, stories, ...said } = await threadResult<SiteStories>(spec);
    const now = new Date();
    if (site !== undefined && stories.length === 0) {
      terminal.writeError(unknownSite(site, uptimes.map((uptime) => uptime.site)));
      return EXIT_NOT_UP;
    }
    const sites = wholeSites(statuses, quorums);
    const shown = sites.filter(isWanted);
    if (shown.length === 0 && sites.length > 0) {
      terminal.writeError(noSiteFits(options.words ?? [], sites.map((one) => one.site)));
      return EXIT_NOT_UP;
    }
    if (site === undefined || json) {
      return printStatuses({ ...options, ...said, sites: shown, uptimes, json, now }, terminal);
    }
    const note = siteNotes(said, now)(site);
    terminal.write(stories.map((story) => storyText(story, { note, now, terminal })).join("\n"));
    return exitCodeOfSites(wholeSites(stories.map(({ history }) => history.status), quorums));
  };
  if (!watches) return await show(terminal);
  using interrupted = interruption();
  if (!json && terminal.columns !== undefined && Deno.stdin.isTerminal()) {
    using input = typedText();
    const found = await browse(terminal, {
      first: {
        opened: site,
        search: options.words?.join(" ") ?? "",
        sort: options.sort ?? "state",
      },
      load: (site) =>
        threadResult(
          storeTaskSpec(loaded, { type: "statuses", ...(site !== undefined && { site }) }),
        ),
      quorums,
      isWanted: siteFilter({ ...options, words: [] }),
      problemOf,
      input,
      size: Deno.consoleSize,
      signal: interrupted.signal,
    });
    return exitCodeOfSites(wholeSites(found.statuses, quorums).filter(isWanted));
  }
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
    terminal.writeError(`${problemOf(error)}\n`);
    return exitCodeOf(error as Error)!;
  }
}

/** Of what a user can do something about; throws anything else. */
function problemOf(error: unknown): string {
  if (error instanceof Error && exitCodeOf(error) !== undefined) return error.message;
  throw error;
}

/** The sites that the options ask for; throws {@linkcode UsageError} for a label that is none. */
function siteFilter(
  { words = [], state, label = [] }: StatusOptions,
): (site: WholeSite) => boolean {
  const labels = labelsOf(label);
  const search = words.join(" ").slice(0, SEARCH_LENGTH_MAX);
  return (site) =>
    (state === undefined || site.state === state) &&
    labels.every(([key, value]) => hasLabel(site, key, value)) && matchesSearch(site, search);
}

export interface PrintStatusesOptions extends Pick<SiteStories, "alerts" | "work"> {
  readonly sites: readonly WholeSite[];
  readonly uptimes: readonly SiteUptime[];
  /** One object a line, of a site at a location: as `/api/status` has it, with what the site is as a whole. */
  readonly json: boolean;
  readonly now: Date;
  readonly sort?: SortName;
  /** Shows also the sites that are up and do not fit on the screen. */
  readonly all?: boolean;
}

/** Lines of the screen that are not the table's: its titles, two below it, and the prompt. */
const OTHER_LINES = 4;

/** Returns the exit code. */
export function printStatuses(
  { sites, uptimes, json, now, sort, all = false, ...said }: PrintStatusesOptions,
  terminal: Terminal,
): number {
  const { hasColor, columns } = terminal;
  const uptimeOfSite = new Map(uptimes.map((uptime) => [keyOf(uptime), uptime]));
  const noteOf = siteNotes(said, now);
  if (sites.length === 0) terminal.writeError("no site has a status yet\n");
  else if (json) {
    const objects = sites.flatMap(({ state, isPartial, locations }) =>
      locations.map((status) => ({
        ...jsonOf(status),
        ...{ state, in_part: isPartial },
        uptimes: uptimesJson(uptimeOfSite.get(keyOf(status))),
        ...noteJson(noteOf(status.site)),
      }))
    );
    terminal.write(objects.map((object) => `${printableJson(object)}\n`).join(""));
  } else {
    const ahead = columns === undefined
      ? []
      : workLines(said.work, now).map((line) => `${cutText(printable(line), columns)}\n`);
    const others = OTHER_LINES + ahead.length;
    const rows = all || terminal.rows === undefined ? undefined : terminal.rows - others;
    const options = { uptimes: uptimeOfSite, noteOf, now, hasColor, columns, rows, sort };
    const { text, hiddenUp } = statusTable(sites, options);
    terminal.write(ahead.join("") + text);
    if (columns === undefined) return exitCodeOfSites(sites);
    if (hiddenUp > 0) terminal.write(`${cutText(`${hiddenUp} up not shown; --all`, columns)}\n`);
    // A person may see only the end of a long table.
    terminal.write(`${cutText(statusSummary(sites), columns)}\n`);
  }
  return exitCodeOfSites(sites);
}

/** As `/api/alerts` and `/api/maintenance` name them. */
function noteJson({ acknowledged, work }: SiteNote) {
  const { acked_by = null, acked_at = null, ack_reason = null } = acknowledged ?? {};
  return {
    ...jsonOf({ acked_by, acked_at, ack_reason }),
    maintenance: work.map(({ sites: _, ...one }) => jsonOf(one)),
  };
}

/** 0 when every site is up as a whole, and there is one. */
function exitCodeOfSites(sites: readonly WholeSite[]): number {
  const areAllUp = sites.every(({ state }) => state === "up");
  return sites.length > 0 && areAllUp ? EXIT_OK : EXIT_NOT_UP;
}
