/** `sitemon config check|show|schema|permissions`: what a configuration says, and whether it is right. */
import { fileURLToPath } from "node:url";
import type { DaemonRole, LoadedConfig } from "../../config/loaded_config.ts";
import { permissionFlags, type Permissions } from "../../config/permissions/permissions.ts";
import { processPermissions, rolesOf } from "../../config/permissions/process_permissions.ts";
import { configJsonSchema, showConfig } from "../../config/show.ts";
import { daemonPermissions } from "../../threads/registry.ts";
import { EXIT_OK } from "../exit_code.ts";
import { loadFile } from "../load_file.ts";
import { systemdAddresses } from "../../config/permissions/systemd_addresses.ts";
import type { Terminal } from "../text/terminal.ts";

export interface ConfigOptions {
  /** Path of the file. */
  readonly config: string;
}

export interface ConfigPermissionsOptions extends ConfigOptions {
  /** One JSON object instead of lines for a person. */
  readonly json?: boolean;
}

/** Prints one line of what was found. Throws ConfigError with every mistake, as all of these do. */
export function configCheck({ config: path }: ConfigOptions, terminal: Terminal): Promise<number> {
  const loaded = loadFile(path, { terminal });
  terminal.write(`${path}: ${found(loaded)}\n`);
  return Promise.resolve(EXIT_OK);
}

/** Prints the effective configuration as YAML, with every secret hidden. */
export function configShow({ config: path }: ConfigOptions, terminal: Terminal): Promise<number> {
  terminal.write(showConfig(loadFile(path, { terminal })));
  return Promise.resolve(EXIT_OK);
}

/** Prints the JSON schema of configurations. */
export function configSchema(terminal: Terminal): Promise<number> {
  terminal.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  return Promise.resolve(EXIT_OK);
}

/** Prints what each thread of each command may do, and the flags that the process needs for it. */
export function configPermissions(
  { config: path, json = false }: ConfigPermissionsOptions,
  terminal: Terminal,
): Promise<number> {
  const loaded = loadFile(path, { terminal });
  const commands = rolesOf(loaded).map((role) => commandPermissions(role, loaded));
  const text = json
    ? `${JSON.stringify(Object.fromEntries(commands.map(({ role, ...rest }) => [role, rest])))}\n`
    : commands.map(commandText).join("\n");
  terminal.write(text);
  return Promise.resolve(EXIT_OK);
}

function found({ config, sites }: LoadedConfig): string {
  const { kafka, postgres } = config;
  const parts = [
    sites.length === 1 ? "1 site" : `${sites.length} sites`,
    ...(kafka === undefined ? [] : [`Kafka topic "${kafka.topic}"`]),
    ...(postgres === undefined ? [] : [`PostgreSQL database "${postgres.db ?? postgres.user}"`]),
  ];
  return `no mistakes; ${parts.join(", ")}`;
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
  const flags = permissionFlags({ ...needs, read: [...needs.read, ...codeFolder()] });
  const systemd = systemdAddresses(needs, loaded.config.traces);
  return { role, threads, flags, systemd };
}

/** Starting a Worker reads its module; an executable has them within itself. */
function codeFolder(): string[] {
  return Deno.build.standalone ? [] : [fileURLToPath(new URL("../../", import.meta.url))];
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

/** As a shell takes it for one word. */
function quoted(flag: string): string {
  return /^[\w\-=.,:/@]+$/.test(flag) ? flag : `'${flag.replaceAll("'", `'\\''`)}'`;
}
