/** `sitemon maintenance add|list|end`: planned work, in which alerts do not begin. */
import type { Command } from "commander";
import { threadResult } from "../../runtime/threads/thread_results.ts";
import {
  type Mute,
  MUTES_ADDED_MAX,
  MUTES_MAX,
  SHOWN_ID_LENGTH,
} from "../../status/alert_store.ts";
import { jsonOf } from "../../status/queries.ts";
import { storeTaskSpec } from "../../threads/store_task/store_task_spec.ts";
import { type ConfigOptions, type DefineCommand, withConfig } from "../define_command.ts";
import { EXIT_NOT_UP, EXIT_OK } from "../exit_code.ts";
import { loadFile } from "../load_file.ts";
import { muteOf, type MuteOptions, withMute } from "../mute_options.ts";
import { timeOptionMicros } from "../time_option.ts";
import { muteTable, sitesText } from "../text/mute_table.ts";
import type { Terminal } from "../text/terminal.ts";
import { printable, printableJson } from "../text/terminal_text.ts";

export const define: DefineCommand = (command, { terminal, exit }) => {
  command.description(
    "Plans work at sites: alerts do not begin meanwhile, and sla_uptime leaves it out. Work that " +
      "comes again belongs in the configuration.",
  );
  const add = (name: string, description: string): Command =>
    withConfig(command.command(name), "consumer", "run").description(description);
  withMute(add("add", "Plans work, which may have begun already, or have passed."))
    .action((options) => exit(addMute(options, "maintenance", terminal)));
  add("list", "Prints planned work that lasts or is to come, the earliest first.")
    .option("--since <time>", "also what has ended since: 12h, or 2026-05-01T18:00:00Z")
    .option("--json", "print one JSON object per window")
    .action((options) => exit(listMutes(options, "maintenance", terminal)));
  add("end", "Ends work now, or calls off work that has not begun.")
    .argument("<id>", "as the list shows it")
    .action((id: string, options) => exit(endMute({ id, ...options }, terminal)));
};

/** Prints the id, by which it can be ended; resolves to 1 when there are too many. */
export async function addMute(
  options: MuteOptions & ConfigOptions,
  kind: Mute["kind"],
  terminal: Terminal,
): Promise<number> {
  const mute = muteOf(options, kind, new Date());
  const loaded = loadFile(options, { role: "status", terminal });
  const spec = storeTaskSpec(loaded, { type: "put_mute", mute });
  const sites = await threadResult<readonly string[] | null>(spec);
  if (sites === null) {
    const text =
      `${MUTES_ADDED_MAX} last or are to come that were added by command; end some of them`;
    terminal.writeError(`${text}\n`);
    return EXIT_NOT_UP;
  }
  if (sites.length === 0) {
    const text = `no known site matches ${sitesText(mute)}; it is kept for sites that are to come`;
    terminal.writeError(`${printable(text)}\n`);
  }
  terminal.write(`${mute.id.slice(0, SHOWN_ID_LENGTH)}\n`);
  return EXIT_OK;
}

interface ListOptions extends ConfigOptions {
  readonly since?: string;
  readonly json?: boolean;
}

export async function listMutes(
  { since, json = false, ...options }: ListOptions,
  kind: Mute["kind"],
  terminal: Terminal,
): Promise<number> {
  const now = new Date();
  const from = since === undefined
    ? now
    : new Date(timeOptionMicros("--since", since, now.getTime()) / 1_000);
  const loaded = loadFile(options, { role: "status", terminal });
  const spec = storeTaskSpec(loaded, { type: "mutes", since: from });
  const found = await threadResult<readonly Mute[]>(spec);
  if (found.length === MUTES_MAX) {
    terminal.writeError(`only the earliest ${MUTES_MAX} are shown\n`);
  }
  const mutes = found
    .filter((mute) => mute.kind === kind)
    .toSorted((a, b) => a.from.getTime() - b.from.getTime());
  if (json) {
    terminal.write(mutes.map((mute) => `${printableJson(jsonOf(mute))}\n`).join(""));
  } else if (mutes.length > 0) {
    terminal.write(muteTable(mutes, terminal));
  } else {
    terminal.writeError(kind === "maintenance" ? "No work is planned\n" : "No silences\n");
  }
  return EXIT_OK;
}

/** Resolves to 1 when there is no such mute. */
export async function endMute(
  { id, ...options }: ConfigOptions & { readonly id: string },
  terminal: Terminal,
): Promise<number> {
  const loaded = loadFile(options, { role: "status", terminal });
  const ended = await threadResult<readonly Mute[]>(
    storeTaskSpec(loaded, { type: "end_mute", id }),
  );
  if (ended.length === 0) {
    terminal.writeError(`nothing with the id ${printable(`"${id}"`)} lasts or is to come\n`);
    return EXIT_NOT_UP;
  }
  for (const { id, reason } of ended) {
    terminal.write(`Ended ${id.slice(0, SHOWN_ID_LENGTH)} (${printable(reason)})\n`);
  }
  return EXIT_OK;
}
