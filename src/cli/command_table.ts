/** The command table: which commands there are, and what the program says of them and of itself. */
import { Command } from "commander";
import { versionText } from "../runtime/version.ts";
import type { CommandContext, DefineCommand } from "./define_command.ts";
import type { Terminal } from "./text/terminal.ts";

type Load = () => Promise<{ readonly define: DefineCommand }>;

/** What the list of commands says of each, and the file that has all the rest. */
const COMMANDS: Readonly<Record<string, readonly [summary: string, load: Load]>> = {
  producer: ["check sites and publish to Kafka", () => import("./commands/producer.ts")],
  consumer: ["apply reports to PostgreSQL", () => import("./commands/consumer.ts")],
  run: ["check sites without Kafka or PostgreSQL", () => import("./commands/run.ts")],
  web: ["serve the status page", () => import("./commands/web.ts")],
  check: ["check sites once, now", () => import("./commands/check.ts")],
  status: ["show the status of every site", () => import("./commands/status.ts")],
  incidents: ["show when sites were down, and why", () => import("./commands/incidents.ts")],
  alerts: ["show, acknowledge and silence alerts", () => import("./commands/alerts.ts")],
  maintenance: ["plan work at sites", () => import("./commands/maintenance.ts")],
  doctor: ["test every dependency once", () => import("./commands/doctor.ts")],
  schema: ["print the Avro schema of a report", () => import("./commands/schema.ts")],
  config: ["check and show configurations", () => import("./commands/config.ts")],
  outbox: ["inspect and drain a producer's outbox", () => import("./commands/outbox.ts")],
  "dead-letter": ["show and replay dead letters", () => import("./commands/dead_letter.ts")],
  audit: ["find lost reports", () => import("./commands/audit.ts")],
  rewind: ["let the consumers read the topic again", () => import("./commands/rewind.ts")],
  forget: ["remove a site from the status", () => import("./commands/forget.ts")],
  migrate: ["create or update PostgreSQL's tables", () => import("./commands/migrate.ts")],
  "install-unit": ["print a systemd unit", () => import("./commands/install_unit.ts")],
};

const DESCRIPTION = "Checks web sites on a schedule and keeps a durable record of the results.";

const AFTER_HELP = `
Getting started:
  sitemon check example.org   check a site once
  sitemon run -c FILE         keep checking; needs no other servers
  sitemon producer -c FILE    keep checking, and publish to Kafka
  sitemon consumer -c FILE    apply the reports in Kafka to PostgreSQL

Exit codes:
   0  success                          74  input/output error
   1  not up, or problem found         75  outbox in use by another process
  64  usage error                      78  configuration error
  70  internal error`;

/** The program with every command; only the files of commands that the arguments name are loaded. */
export async function commandTable(
  args: readonly string[],
  context: CommandContext,
): Promise<Command> {
  const program = emptyProgram(await versionText(), context.terminal);
  const asksCompletion = args.includes("complete") || args.includes("completion");
  for (const [name, [summary, load]] of Object.entries(COMMANDS)) {
    const command = program.command(name).summary(summary);
    if (asksCompletion || args.includes(name)) (await load()).define(command, context);
  }
  if (asksCompletion) {
    (await import("./commands/completion.ts")).addCompletion(program, args, context);
  } else program.command("completion").summary("print a shell completion script");
  pointAtHelp(program, program.name());
  return program;
}

/** After a usage error, to the help of the command that was meant. */
function pointAtHelp(command: Command, name: string): void {
  command.showHelpAfterError(`(see "${name} --help")`);
  for (const child of command.commands) pointAtHelp(child, `${name} ${child.name()}`);
}

function emptyProgram(version: string, terminal: Terminal): Command {
  return new Command("sitemon")
    .description(DESCRIPTION)
    .version(`sitemon ${version}`, "-V, --version", "show version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .addHelpText("after", AFTER_HELP)
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => terminal.writeError(text),
      getOutHasColors: () => terminal.hasColor,
      getErrHasColors: () => terminal.hasColor,
      getOutHelpWidth: () => terminal.columns ?? 80,
      getErrHelpWidth: () => terminal.columns ?? 80,
    })
    .exitOverride();
}
