/** `sitemon config check|show|schema|permissions`: what a configuration says, and whether it is right. */
import type { DaemonRole, LoadedConfig } from "../../config/loaded_config.ts";
import {
  joined,
  ownCode,
  permissionFlags,
  type Permissions,
} from "../../config/permissions/permissions.ts";
import { processPermissions, rolesOf } from "../../config/permissions/needs.ts";
import { systemdAddresses } from "../../config/permissions/systemd_addresses.ts";
import { configJsonSchema, showConfig } from "../../config/show.ts";
import { daemonPermissions } from "../../threads/registry.ts";
import { type ConfigOptions, type DefineCommand, withConfig } from "../define_command.ts";
import { EXIT_OK } from "../exit_code.ts";
import { channelNames } from "../../threads/config/start_line.ts";
import { loadFile } from "../load_file.ts";

const DAEMONS: [DaemonRole, ...DaemonRole[]] = ["producer", "run", "consumer", "web"];

export const define: DefineCommand = (command, { terminal, exit }) => {
  command.description("Checks a configuration and shows what it means.");
  const load = (options: ConfigOptions) => loadFile(options, { terminal });
  const print = (text: string) => {
    terminal.write(text);
    return exit(EXIT_OK);
  };
  withConfig(command.command("check"), ...DAEMONS)
    .description("Lists every mistake with its line and column; exits 0 when there is none.")
    .action((options) => print(`${options.config}: ${checkText(load(options))}\n`));
  withConfig(command.command("show"), ...DAEMONS)
    .description("Prints the configuration with every default filled in and every secret hidden.")
    .action((options) => print(showConfig(load(options))));
  command.command("schema")
    .description("Prints the JSON Schema of configurations, for editors.")
    .action(() => print(`${JSON.stringify(configJsonSchema(), null, 2)}\n`));
  withConfig(command.command("permissions"), ...DAEMONS)
    .description("Prints what each thread may do with this configuration.")
    .option("--json", "print JSON")
    .action((options) => print(permissionsText(load(options), options.json)));
};

/** What each thread of each command may do, and the flags that the process needs for it. */
function permissionsText(loaded: LoadedConfig, json = false): string {
  const commands = rolesOf(loaded).map((role) => commandPermissions(role, loaded));
  if (!json) return commands.map(commandText).join("\n");
  const byRole = Object.fromEntries(commands.map(({ role, ...rest }) => [role, rest]));
  return `${JSON.stringify(byRole)}\n`;
}

/** What was found, in one line. */
function checkText({ config, sites, alerts }: LoadedConfig): string {
  const { kafka, postgres } = config;
  const channels = channelNames(alerts);
  const parts = [
    ...(sites.length === 0 ? [] : [sites.length === 1 ? "1 site" : `${sites.length} sites`]),
    ...(kafka === undefined ? [] : [`Kafka topic "${kafka.topic}"`]),
    ...(postgres === undefined ? [] : [`PostgreSQL database "${postgres.db ?? postgres.user}"`]),
    ...(channels === undefined ? [] : [`alerts to ${channels}`]),
  ];
  return ["no mistakes", ...(parts.length === 0 ? [] : [parts.join(", ")])].join("; ");
}

interface CommandPermissions {
  readonly role: DaemonRole;
  readonly threads: Readonly<Record<string, Permissions>>;
  readonly flags: readonly string[];
  /** Lines for a systemd unit. */
  readonly systemd: readonly string[];
}

function commandPermissions(role: DaemonRole, loaded: LoadedConfig): CommandPermissions {
  const threads = daemonPermissions(loaded, role);
  const needs = processPermissions(loaded, Object.values(threads));
  const flags = permissionFlags(joined([needs, ownCode()]));
  const systemd = systemdAddresses(needs, loaded.config.traces);
  return { role, threads, flags, systemd };
}

function commandText({ role, threads, flags, systemd }: CommandPermissions): string {
  const lines = Object.entries(threads).flatMap(([name, permissions]) => [
    `  ${name}`,
    ...permissionLines(permissions).map((line) => `    ${line}`),
  ]);
  return [
    `sitemon ${role}`,
    ...lines,
    `  flags: ${flags.map(quoted).join(" ")}`,
    "  systemd",
    ...systemd.map((line) => `    ${line}`),
    "",
  ].join("\n");
}

function permissionLines(permissions: Permissions): string[] {
  const lines = Object.entries(permissions).filter(([, items]) => items.length > 0)
    .map(([kind, items]) => `${kind}: ${items.join(", ")}`);
  return lines.length > 0 ? lines : ["nothing"];
}

/** As one word of a shell. */
function quoted(flag: string): string {
  return /^[\w\-=.,:/@]+$/.test(flag) ? flag : `'${flag.replaceAll("'", `'\\''`)}'`;
}
