/** What each file of commands/ exports as `define`: the options of a command, and what it runs. */
import type { Command } from "commander";
import type { Terminal } from "./text/terminal.ts";

/** Gives a command its description, arguments, options, subcommands and action. */
export type DefineCommand = (command: Command, context: CommandContext) => void;

export interface CommandContext {
  readonly terminal: Terminal;
  /** Sets the exit code of the process, once it is known. */
  readonly exit: (exitCode: number | Promise<number>) => Promise<void>;
}

/** Options of every command that is about a configuration. */
export interface ConfigOptions {
  /** Path of the configuration. */
  readonly config: string;
}

export function withConfig(command: Command): Command {
  return command.requiredOption("-c, --config <file>", "configuration file");
}

/** For commands that work on a producer's outbox. */
export function withOutboxPath(command: Command): Command {
  return command.option("--path <file>", "another outbox file, such as a quarantined one");
}
