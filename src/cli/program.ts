/** The command table: which commands and options there are, what they say of themselves, what they run. */
import { Command, CommanderError, Option } from "commander";
import { ConfigError } from "../config/config_error.ts";
import { describeError } from "../runtime/telemetry/log_entry.ts";
import { VERSION, versionText } from "../runtime/version.ts";
import { addCompletion } from "./commands/completion.ts";
import { EXIT_BUG, EXIT_CONFIG, EXIT_IO, EXIT_OK, EXIT_USAGE } from "./exit_code.ts";
import { addOutboxRepairs, addRepairs } from "./commands/repair_commands.ts";
import type { Terminal } from "./text/terminal.ts";

const DESCRIPTION =
  "Checks web sites on a schedule and keeps an honest, durable record of what it found.";

const AFTER_HELP = `
To begin:
  sitemon check https://example.org   one check, now
  sitemon run -c FILE                 keeps checking, with nothing else installed
  sitemon producer -c FILE            checks, and publishes to Kafka
  sitemon consumer -c FILE            takes it from there into PostgreSQL

Exit codes:
   0  well                            74  input or output failed
   1  not up, or something missing    75  another process has the outbox
  64  wrong usage                     78  wrong configuration
  70  a fault in sitemon`;

/**
 * Runs the command that the arguments name and resolves to the exit code. Commands are loaded when
 * they are called, so that none waits for what it does not need.
 */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = EXIT_OK;
  const end = async (ended: number | Promise<number>) => {
    exitCode = await ended;
  };
  const program = commands(await versionText(), { terminal, end });
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    if (error instanceof ConfigError) {
      terminal.writeError(`${error.message}\n`);
      return EXIT_CONFIG;
    }
    // Whoever read the output has seen enough of it, such as head(1).
    if (error instanceof Deno.errors.BrokenPipe) return EXIT_IO;
    terminal.writeError(`This is a fault in sitemon ${VERSION}: ${describeError(error)}\n`);
    return EXIT_BUG;
  }
}

type End = (exitCode: number | Promise<number>) => Promise<void>;

function commands(version: string, { terminal, end }: { terminal: Terminal; end: End }): Command {
  const program = new Command("sitemon")
    .description(DESCRIPTION)
    .version(`sitemon ${version}`, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help, or that of a command")
    .addHelpText("after", AFTER_HELP)
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => terminal.writeError(text),
      getOutHasColors: () => terminal.hasColor,
      getErrHasColors: () => terminal.hasColor,
      getOutHelpWidth: () => terminal.columns ?? 80,
      getErrHelpWidth: () => terminal.columns ?? 80,
    })
    .showHelpAfterError('(see "sitemon --help")')
    .exitOverride();
  addDaemons(program, terminal, end);
  addQuestions(program, terminal, end);
  addConfig(program, terminal, end);
  addUpkeep(program, terminal, end);
  addHosting(program, terminal, end);
  addCompletion(program);
  return program;
}

function addDaemons(program: Command, terminal: Terminal, end: End): void {
  withFile(program.command("producer"))
    .summary("check the sites, store, publish to Kafka")
    .description("Checks the sites of FILE, stores each result and publishes it to Kafka.")
    .action(async ({ config }) => {
      const { runDaemon } = await import("./service/daemon.ts");
      await end(runDaemon("producer", config, terminal));
    });
  withFile(program.command("consumer"))
    .summary("apply reports to PostgreSQL")
    .description("Reads reports from Kafka and applies them to PostgreSQL.")
    .action(async ({ config }) => {
      const { runDaemon } = await import("./service/daemon.ts");
      await end(runDaemon("consumer", config, terminal));
    });
  withFile(program.command("run"))
    .summary("both in one process, without Kafka and PostgreSQL")
    .description(
      "Checks the sites of FILE and keeps their status in a SQLite file: no servers needed.",
    )
    .action(async ({ config }) => {
      const { runDaemon } = await import("./service/daemon.ts");
      await end(runDaemon("run", config, terminal));
    });
  withFile(program.command("web"))
    .summary("the status page alone")
    .description("Serves the status page and the API of the store that FILE names.")
    .action(async ({ config }) => {
      const { runDaemon } = await import("./service/daemon.ts");
      await end(runDaemon("web", config, terminal));
    });
}

function addQuestions(program: Command, terminal: Terminal, end: End): void {
  program.command("check")
    .summary("check once, now")
    .description("Checks the URLs, or sites of FILE, once; exits 0 when all are up.")
    .argument("[urls...]", "what to check")
    .option("-c, --config <file>", "check the sites of this configuration")
    .option("--site <name...>", "of the configuration, only the sites of these names")
    .option("--json", "print one report a line, as JSON")
    .option("--explain", "say where the URLs lead and whether a check may go there, and why")
    .action(async (urls: string[], options) => {
      const { checkCommand } = await import("./commands/check_command.ts");
      await end(checkCommand({ urls, ...options }, terminal));
    });
  withFile(program.command("status"))
    .summary("the status table")
    .description("Prints the newest status of each site; exits 0 when all are up.")
    .option("--json", "print one site a line, as JSON")
    .option("--watch", "print it again and again")
    .option("--site <name>", "one site, with its uptimes, response times and changes")
    .action(async (options) => {
      const { statusCommand } = await import("./commands/status_command.ts");
      await end(statusCommand(options, terminal));
    });
  withFile(program.command("doctor"))
    .summary("try every dependency once")
    .description("Tries all that FILE depends on, but for the sites, and says what to do.")
    .option("--json", "print one finding a line, as JSON")
    .action(async ({ config, json }) => {
      const { doctor } = await import("./commands/doctor.ts");
      await end(doctor({ config, json }, terminal));
    });
  program.command("schema")
    .summary("the Avro schema of a report")
    .description("Prints the Avro schema of a report, as JSON.")
    .option("--fingerprint", "print its CRC-64-AVRO fingerprint instead")
    .action(async (options) => {
      const { schema } = await import("./commands/schema.ts");
      await end(schema(options, terminal));
    });
}

function addConfig(program: Command, terminal: Terminal, end: End): void {
  const config = program.command("config")
    .summary("check and show configurations")
    .description("Checks a configuration and shows what it means.");
  const load = () => import("./commands/config.ts");
  withFile(config.command("check"))
    .description("Lists every mistake of FILE at its line and column; exits 0 when there is none.")
    .action(async (options) => end((await load()).configCheck(options, terminal)));
  withFile(config.command("show"))
    .description("Prints FILE with every default filled in and every secret hidden.")
    .action(async (options) => end((await load()).configShow(options, terminal)));
  config.command("schema")
    .description("Prints the JSON Schema of configurations, for editors.")
    .action(async () => end((await load()).configSchema(terminal)));
  withFile(config.command("permissions"))
    .description("Prints what each thread may do under FILE.")
    .option("--json", "print it as JSON")
    .action(async (options) => end((await load()).configPermissions(options, terminal)));
}

function addUpkeep(program: Command, terminal: Terminal, end: End): void {
  const outbox = program.command("outbox")
    .summary("look into a producer's outbox")
    .description("Looks into the outbox of a producer, and empties it.");
  withFile(outbox.command("stats"))
    .description("Prints what waits in the outbox.")
    .option("--json", "print it as JSON")
    .action(async ({ config, json }) => {
      const { loadFile } = await import("./load_file.ts");
      const { outboxStats } = await import("./commands/outbox_stats.ts");
      const { path } = loadFile(config, { terminal }).config.outbox;
      await end(outboxStats({ path, json }, terminal));
    });
  addOutboxRepairs(outbox, { terminal, end });
  addRepairs(program, { terminal, end });
  withFile(program.command("forget"))
    .summary("drop a site from the status")
    .description(
      "Marks a site that is no longer watched as removed, so that it does not show as stale. " +
        "Its history stays, and its next report brings it back.",
    )
    .argument("<site>", "its name")
    .option("--location <name>", "only as it is seen from there")
    .action(async (site: string, options) => {
      const { forget } = await import("./commands/forget.ts");
      await end(forget({ site, ...options }, terminal));
    });
  withFile(program.command("migrate"))
    .summary("make or update PostgreSQL's tables")
    .description("Brings the tables to this version's, as every consumer does when it starts.")
    .action(async ({ config }) => {
      const { migrate } = await import("./commands/migrate.ts");
      await end(migrate(config, terminal));
    });
}

function addHosting(program: Command, terminal: Terminal, end: End): void {
  withFile(program.command("install-unit"))
    .summary("print a systemd unit")
    .description("Prints the systemd unit of a producer or consumer that works by FILE.")
    .addOption(
      new Option("--role <role>", "what the unit runs").choices(["producer", "consumer"])
        .makeOptionMandatory(),
    )
    .option("--credentials <folder>", "files of the secrets", "/etc/sitemon/credentials")
    .option("--executable <path>", "what the unit starts, when it is not this executable")
    .action(async ({ executable, ...options }) => {
      const { installUnit, ownExecutable } = await import("./commands/install_unit.ts");
      await end(installUnit({ executable: executable ?? ownExecutable(), ...options }, terminal));
    });
}

function withFile(command: Command): Command {
  return command.requiredOption("-c, --config <file>", "the configuration");
}
