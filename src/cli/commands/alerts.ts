/** `sitemon alerts list|history|ack|test|silence`: what fires, what did, and what people say about it. */
import type { Command } from "commander";
import { threadResult } from "../../runtime/threads/thread_results.ts";
import type { Alert, AlertFilter, ChannelState } from "../../status/alert_store.ts";
import { jsonOf } from "../../status/queries.ts";
import { storeTaskSpec } from "../../threads/store_task/store_task_spec.ts";
import type { KeptAlerts } from "../../threads/store_task/alert_tasks.ts";
import { type ConfigOptions, type DefineCommand, withConfig } from "../define_command.ts";
import { EXIT_NOT_UP, EXIT_OK } from "../exit_code.ts";
import { loadFile } from "../load_file.ts";
import { mustBeLine, withMute } from "../mute_options.ts";
import { testChannel } from "../test_channel.ts";
import { timeOptionMicros } from "../time_option.ts";
import { alertTable, messageTable, subjectText, toldTable } from "../text/alert_table.ts";
import type { Terminal } from "../text/terminal.ts";
import { printable, printableJson } from "../text/terminal_text.ts";
import { addMute, endMute, listMutes } from "./maintenance.ts";

/** As many as one message may be about; `--site` asks for less. */
const LISTED_MAX = 5_000;
/** Alerts whose messages are shown. */
const HISTORY_MAX = 100;

export const define: DefineCommand = (command, { terminal, exit }) => {
  command.description("Shows alerts and who was told of them, acknowledges, and silences.");
  const add = (name: string, description: string): Command =>
    withConfig(command.command(name), "consumer", "run").description(description);
  add("list", "Prints what fires, newest first; exits 1 when anything does.")
    .option("--site <name>", "only alerts of this site")
    .option("--json", "print one JSON object per alert")
    .action((options: AlertOptions) => exit(listAlerts(options, terminal)));
  add("history", "Prints alerts that fire or did, and what became of each message about them.")
    .option("--site <name>", "only alerts of this site")
    .option("--since <time>", "what lasted since: 12h, or 2026-05-01T18:00:00Z (default: 7d)")
    .option("--json", "print one JSON object per alert")
    .action((options: AlertOptions) => exit(alertHistory(options, terminal)));
  add("ack", "Acknowledges open alerts: they send no more reminders.")
    .argument("<alert>", "a site, or an ID as the list shows it")
    .requiredOption("--author <name>", "who looks after it")
    .option("--reason <text>", "what is known", "")
    .action((target: string, options: AckOptions) =>
      exit(acknowledge({ target, ...options }, terminal))
    );
  add(
    "test",
    "Sends a test message to a channel, and then its end; exits 1 when they are not accepted.",
  )
    .argument("<channel>", "name of the channel")
    .action((channel: string, options: ConfigOptions) =>
      exit(testChannel({ ...options, channel }, terminal))
    );
  const silence = command.command("silence").description(
    "Keeps alerts from beginning for a time; what still lasts at its end is told then.",
  );
  withMute(withConfig(silence.command("add"), "consumer", "run"))
    .description("Silences sites; prints the ID.")
    .action((options) => exit(addMute(options, "silence", terminal)));
  withConfig(silence.command("list"), "consumer", "run")
    .description("Prints silences that last or are to come, the earliest first.")
    .option("--since <time>", "also what has ended since: 12h, or 2026-05-01T18:00:00Z")
    .option("--json", "print one JSON object per silence")
    .action((options) => exit(listMutes(options, "silence", terminal)));
  withConfig(silence.command("end"), "consumer", "run")
    .description("Ends a silence now.")
    .argument("<id>", "as the list shows it")
    .action((id: string, options) => exit(endMute({ id, ...options }, terminal)));
};

interface AlertOptions extends ConfigOptions {
  readonly site?: string;
  readonly since?: string;
  readonly json?: boolean;
}

async function listAlerts(options: AlertOptions, terminal: Terminal): Promise<number> {
  const found = await keptAlerts(options, { isOpen: true, limit: LISTED_MAX }, terminal);
  reportChannels(found.channels, terminal);
  if (found.alerts.length === 0) terminal.writeError("Nothing fires\n");
  else if (options.json) terminal.write(jsonLines(found));
  else terminal.write(toldTable(found, terminal));
  reportRest(found.alerts, LISTED_MAX, terminal);
  return found.alerts.length === 0 ? EXIT_OK : EXIT_NOT_UP;
}

async function alertHistory(options: AlertOptions, terminal: Terminal): Promise<number> {
  const sinceMicros = timeOptionMicros("--since", options.since ?? "7d", Date.now());
  const filter = { since: new Date(sinceMicros / 1_000), limit: HISTORY_MAX };
  const found = await keptAlerts(options, filter, terminal);
  const { alerts, messages } = found;
  if (alerts.length === 0) terminal.writeError("No alerts\n");
  if (options.json) terminal.write(jsonLines(found));
  else {
    for (const [index, alert] of alerts.entries()) {
      const table = alertTable([alert], terminal) + messageTable(messages[index]!, terminal);
      terminal.write(index === 0 ? table : `\n${table}`);
    }
  }
  reportRest(alerts, HISTORY_MAX, terminal);
  return EXIT_OK;
}

async function keptAlerts(
  { site, ...options }: AlertOptions,
  filter: AlertFilter,
  terminal: Terminal,
): Promise<KeptAlerts> {
  const loaded = loadFile(options, { role: "status", terminal });
  const asked = site === undefined ? filter : { ...filter, site };
  return await threadResult<KeptAlerts>(storeTaskSpec(loaded, { type: "alerts", filter: asked }));
}

interface AckOptions extends ConfigOptions {
  readonly author: string;
  readonly reason: string;
}

async function acknowledge(
  { target, author, reason, ...options }: AckOptions & { readonly target: string },
  terminal: Terminal,
): Promise<number> {
  mustBeLine("--author", author);
  if (reason !== "") mustBeLine("--reason", reason);
  const loaded = loadFile(options, { role: "status", terminal });
  const spec = storeTaskSpec(loaded, { type: "acknowledge", target, author, reason });
  const acknowledged = await threadResult<readonly Alert[]>(spec);
  if (acknowledged.length === 0) {
    terminal.writeError(`nothing fires of ${printable(`"${target}"`)}\n`);
    return EXIT_NOT_UP;
  }
  for (const alert of acknowledged) {
    terminal.write(`Acknowledged ${printable(subjectText(alert))} (${alert.kind})\n`);
  }
  return EXIT_OK;
}

/** Alerts, each with its messages. */
function jsonLines({ alerts, messages }: KeptAlerts): string {
  return alerts.map((alert, index) => {
    const all = messages[index]!.map(({ alert_id: _, ...message }) => jsonOf(message));
    return `${printableJson(jsonOf({ ...alert, messages: all }))}\n`;
  }).join("");
}

/** Channels that nobody is told by. */
function reportChannels(channels: readonly ChannelState[], terminal: Terminal): void {
  for (const { channel, error, failures, parked_at, pending } of channels) {
    if (failures === 0 && parked_at === null) continue;
    const what = parked_at === null ? `fails (${failures} times)` : "refuses";
    const text = `channel "${channel}" ${what}: ${error ?? ""}; ${pending} messages wait`;
    terminal.writeError(`${printable(text)}\n`);
  }
}

function reportRest(alerts: readonly Alert[], max: number, terminal: Terminal): void {
  if (alerts.length < max) return;
  terminal.writeError(`only the newest ${max} alerts are shown; ask about a site or a time\n`);
}
