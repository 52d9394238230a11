/** `sitemon install-unit`: prints the systemd unit for this executable and a configuration. */
import { dirname, join, relative, resolve } from "node:path";
import type { ReadConfig } from "../../config/loaded_config.ts";
import { processPermissions } from "../../config/permissions/needs.ts";
import { systemHostEnvironment } from "../../config/host_environment.ts";
import { systemdAddresses } from "../../config/permissions/systemd_addresses.ts";
import { exporterVariables } from "../../config/trace_exporter.ts";
import { daemonPermissions } from "../../threads/registry.ts";
import { type ConfigOptions, type DefineCommand, withConfig } from "../define_command.ts";
import { EXIT_OK } from "../exit_code.ts";
import { loadFile } from "../load_file.ts";
import type { Terminal } from "../text/terminal.ts";
import { unitText } from "../service/unit_text.ts";

export const define: DefineCommand = (command, { terminal, exit }) =>
  withConfig(command)
    .description("Prints the systemd unit of a producer or consumer with this configuration.")
    .addOption(
      command.createOption("--role <role>", "what the unit runs")
        .choices(["producer", "consumer"]).makeOptionMandatory(),
    )
    .option("--credentials <folder>", "folder of the secrets", "/etc/sitemon/credentials")
    .option("--executable <path>", "what the unit starts (default: this executable)")
    .action(({ executable = ownExecutable(), ...options }) =>
      exit(installUnit({ executable, ...options }, terminal))
    );

export interface InstallUnitOptions extends ConfigOptions {
  readonly role: "producer" | "consumer";
  /** Folder of the files that systemd passes to the unit as credentials. */
  readonly credentials: string;
  /** Path of the executable. */
  readonly executable: string;
}

const USUAL_EXECUTABLE = "/usr/local/bin/sitemon";
const CREDENTIALS = "CREDENTIALS_DIRECTORY";

/** This executable's own path; the usual one when sitemon runs from source. */
export function ownExecutable(): string {
  return Deno.build.standalone ? Deno.execPath() : USUAL_EXECUTABLE;
}

/** Prints the unit and returns the exit code. Throws ConfigError with every mistake. */
export function installUnit(options: InstallUnitOptions, terminal: Terminal): number {
  const { role, executable } = options;
  const config = resolve(options.config);
  const folder = resolve(options.credentials);
  const state = `/var/lib/sitemon-${role}`;
  const loaded = loadAsUnit(config, { role, terminal, variables: { folder, state } });
  const { outbox, shutdown_timeout, traces } = loaded.config;
  const isWithin = (folder: string, path: string) => !relative(folder, path).startsWith("..");
  const permissions = processPermissions(
    loaded,
    Object.values(daemonPermissions(loaded, role)),
  );
  terminal.write(unitText({
    role,
    executable,
    config,
    credentials: credentialNames(loaded).map((name) => ({ name, path: join(folder, name) })),
    files: loaded.files.filter((path) => !isWithin(folder, path)),
    writes: role === "producer" && !isWithin(state, outbox.path) ? [dirname(outbox.path)] : [],
    shutdownTimeoutMs: shutdown_timeout,
    notifies: mayNotify(),
    variables: traces === undefined ? {} : exporterVariables(traces),
    addresses: systemdAddresses(permissions, traces),
  }));
  return EXIT_OK;
}

/** An executable for one configuration may read only the variables that this one names. */
function mayNotify(): boolean {
  const { state } = Deno.permissions.querySync({ name: "env", variable: "NOTIFY_SOCKET" });
  return state === "granted";
}

/** Reads the configuration with the variables that the unit will have. */
function loadAsUnit(
  path: string,
  { role, terminal, variables }: {
    readonly role: "producer" | "consumer";
    readonly terminal: Terminal;
    readonly variables: { readonly folder: string; readonly state: string };
  },
): ReadConfig {
  const system = systemHostEnvironment();
  const env = (name: string) => {
    if (name === CREDENTIALS) return variables.folder;
    return name === "STATE_DIRECTORY" ? variables.state : system.env(name);
  };
  return loadFile(path, { role, terminal, hostEnvironment: { ...system, env } });
}

/** File names that follow the folder of credentials, in any value of any file. */
function credentialNames({ origins }: ReadConfig): string[] {
  const sources = new Set([origins.source, ...origins.sites.map(({ source }) => source)]);
  const texts = [...sources].flatMap(({ raw }) => [...raw.values()]);
  const names = texts.flatMap((text) =>
    [...text.matchAll(/\$\{CREDENTIALS_DIRECTORY\}\/([\w.-]+)/g)].map(([, name]) => name!)
  );
  return [...new Set(names)].sort();
}
