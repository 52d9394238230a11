/** The part of the command table that proves and repairs delivery. */
import type { Command } from "commander";
import type { DeadLetterCommandOptions } from "./dead_letter_command.ts";
import type { Terminal } from "../text/terminal.ts";

export interface RepairCommandsOptions {
  readonly terminal: Terminal;
  /** Is given the exit code. */
  readonly end: (exitCode: number | Promise<number>) => Promise<void>;
}

const PATH = ["--path <file>", "another outbox file, such as one that was moved aside"] as const;

/** Adds `outbox export` and `outbox drain`. */
export function addOutboxRepairs(
  outbox: Command,
  { terminal, end }: RepairCommandsOptions,
): void {
  withFile(outbox.command("export"))
    .description("Prints all that waits in a stopped producer's outbox, also of a damaged file.")
    .option(...PATH)
    .action(async (options: OutboxOptions) => {
      const { outboxExport } = await import("./outbox_export.ts");
      const { config } = await loadedOutbox(options, terminal);
      await end(outboxExport(config.outbox.path, terminal));
    });
  withFile(outbox.command("drain"))
    .description("Publishes what waits in a stopped producer's outbox; exits 0 when none is left.")
    .option(...PATH)
    .action(async (options: OutboxOptions) => {
      const { outboxDrain } = await import("./outbox_drain.ts");
      const { drainSpec } = await import("../../threads/drain/drain_spec.ts");
      await end(outboxDrain(drainSpec(await loadedOutbox(options, terminal)), terminal));
    });
}

/** Adds `dead-letter` and `audit`. */
export function addRepairs(program: Command, options: RepairCommandsOptions): void {
  addDeadLetter(program, options);
  withFile(program.command("audit"))
    .summary("was anything lost?")
    .description(
      "Compares what producers stored with what arrived; exits 1 when something is missing.",
    )
    .option("--since <time>", "only what was recorded since: 12h, or 2026-05-01T18:00:00Z")
    .option("--json", "print one producer a line, as JSON")
    .action(async (given) => {
      const { auditCommand } = await import("./audit_command.ts");
      await options.end(auditCommand(given, options.terminal));
    });
}

function addDeadLetter(program: Command, { terminal, end }: RepairCommandsOptions): void {
  const group = program.command("dead-letter")
    .summary("what could not be applied, and another try at it")
    .description(
      "Shows and replays dead letters: of PostgreSQL, of the store of run, or of a producer's outbox.",
    );
  const add = (name: "list" | "show" | "replay", description: string) =>
    withFile(group.command(name))
      .description(description)
      .option("--reason <reason>", "only those of this reason")
      .option("--json", "print JSON")
      .option("--outbox", "those of the outbox, where the configuration has PostgreSQL too")
      .option(...PATH);
  add("list", "Prints a line for each dead letter.")
    .option("--limit <number>", "print at most so many")
    .action(async (options: Omit<DeadLetterCommandOptions, "ids">) => {
      const { listDeadLetters } = await import("./dead_letter.ts");
      const { deadLetterCommand } = await import("./dead_letter_command.ts");
      await end(deadLetterCommand({ ...options, ids: [] }, listDeadLetters, terminal));
    });
  add("show", "Prints all that is known of dead letters, with their bytes.")
    .argument("[ids...]", "which; all of them unless told")
    .option("--limit <number>", "print at most so many")
    .action(async (ids: string[], options: Omit<DeadLetterCommandOptions, "ids">) => {
      const { showDeadLetters } = await import("./dead_letter.ts");
      const { deadLetterCommand } = await import("./dead_letter_command.ts");
      await end(deadLetterCommand({ ...options, ids }, showDeadLetters, terminal));
    });
  add("replay", "Applies what can be applied now; exits 1 when some stays.")
    .argument("[ids...]", "which; all of them unless told")
    .action(async (ids: string[], options: Omit<DeadLetterCommandOptions, "ids">) => {
      const { replayDeadLetters } = await import("./dead_letter.ts");
      const { deadLetterCommand } = await import("./dead_letter_command.ts");
      await end(deadLetterCommand({ ...options, ids }, replayDeadLetters, terminal));
    });
}

interface OutboxOptions {
  readonly config: string;
  readonly path?: string;
}

async function loadedOutbox({ config, path }: OutboxOptions, terminal: Terminal) {
  const { loadFile, withOutbox } = await import("../load_file.ts");
  return withOutbox(loadFile(config, { terminal }), path);
}

function withFile(command: Command): Command {
  return command.requiredOption("-c, --config <file>", "the configuration");
}
