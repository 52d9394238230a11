/** What each file of commands/ exports as `define`: the options of a command, and what it runs. */
import type { Command } from "commander";
import type { DaemonRole } from "../config/loaded_config.ts";
import { systemHostEnvironment } from "../config/host_environment.ts";
import { findConfig, type FoundConfig } from "./find_config.ts";
import { defaultConfigPath } from "./service/unit_file.ts";
import type { Terminal } from "./text/terminal.ts";

/** Gives a command its description, arguments, options, subcommands and action. */
export type DefineCommand = (command: Command, context: CommandContext) => void;

export interface CommandContext {
  readonly terminal: Terminal;
  /** Sets the exit code of the process, once it is known. */
  readonly exit: (exitCode: number | Promise<number>) => Promise<void>;
}

/** Options of every command that is about a configuration. */
export type ConfigOptions = FoundConfig;

/** For commands about a configuration of these daemons, the likeliest first. */
export function withConfig(command: Command, ...roles: [DaemonRole, ...DaemonRole[]]): Command {
  return command
    .option(
      "-c, --config <file>",
      `configuration file (default: $SITEMON_CONFIG, or ${defaultConfigPath(roles[0])})`,
    )
    .option(
      "--unit <name>",
      "systemd unit with the state and credentials (default: the one that runs the configuration)",
    )
    .hook("preAction", (_, action) => {
      const found = findConfig(action.opts(), roles, systemHostEnvironment());
      for (const [key, value] of Object.entries(found)) action.setOptionValue(key, value);
    });
}

/** For commands that run until a signal. */
export function withDaemon(command: Command, role: DaemonRole): Command {
  return withConfig(command, role)
    .option("--pid-file <file>", "file that holds the process ID while the daemon runs");
}

/** For commands that work on a producer's outbox. */
export function withOutboxPath(command: Command): Command {
  return command.option("--path <file>", "another outbox file, such as a quarantined one");
}
