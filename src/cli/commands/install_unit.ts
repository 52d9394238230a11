/** `sitemon install-unit`: prints the systemd unit for this executable and a configuration. */
import { dirname, join, resolve } from "node:path";
import type { DaemonRole, ReadConfig } from "../../config/loaded_config.ts";
import { processPermissions, storeKind } from "../../config/permissions/needs.ts";
import { systemHostEnvironment } from "../../config/host_environment.ts";
import { systemdAddresses } from "../../config/permissions/systemd_addresses.ts";
import { exporterVariables } from "../../config/trace_exporter.ts";
import { daemonPermissions } from "../../threads/registry.ts";
import type { DefineCommand } from "../define_command.ts";
import { EXIT_OK, UsageError } from "../exit_code.ts";
import { findConfigPath } from "../find_config.ts";
import { loadFile } from "../load_file.ts";
import type { Terminal } from "../text/terminal.ts";
import { isWithin } from "../service/target_host.ts";
import { STATE_FOLDERS } from "../service/unit_file.ts";
import { unitText } from "../service/unit_text.ts";

export const define: DefineCommand = (command, { terminal, exit }) =>
  command
    .description("Prints the systemd unit of a daemon with this configuration.")
    .addOption(
      command.createOption("--role <role>", "what the unit runs")
        .choices(["producer", "consumer", "run", "web"]).makeOptionMandatory(),
    )
    .option(
      "-c, --config <file>",
      "configuration file (default: $SITEMON_CONFIG, or /etc/sitemon/ROLE.yaml)",
    )
    .option("--name <name>", "name of the unit, and of its state folder (default: sitemon-ROLE)")
    .option("--credentials <folder>", "folder of the secrets", "/etc/sitemon/credentials")
    .option("--executable <path>", "what the unit starts (default: this executable)")
    .action(({ role, executable = ownExecutable(), name = `sitemon-${role}`, ...given }) => {
      const config = findConfigPath(given.config, [role], systemHostEnvironment());
      const { credentials } = given;
      return exit(installUnit({ role, executable, name, config, credentials }, terminal));
    });

export interface InstallUnitOptions {
  readonly role: DaemonRole;
  /** Of the unit, without `.service`. */
  readonly name: string;
  /** Path of the configuration. */
  readonly config: string;
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
  const { role, name, executable } = options;
  // It becomes the name of a file and of a folder.
  if (!/^[A-Za-z0-9][\w.@-]{0,99}$/.test(name)) {
    throw new UsageError('invalid --name: write letters, digits, ".", "_", "@" and "-"');
  }
  const config = resolve(options.config);
  const folder = resolve(options.credentials);
  const state = join(STATE_FOLDERS, name);
  const loaded = loadAsUnit(config, { role, terminal, variables: { folder, state } });
  const { outbox, store, shutdown_timeout, traces } = loaded.config;
  if (role === "web" && storeKind(loaded, role) === "sqlite") {
    throw new UsageError(
      'a unit of "sitemon web" needs "postgres": no other unit may read the store of "sitemon run", ' +
        "which serves the page itself",
    );
  }
  const written = {
    producer: [outbox.path],
    run: [outbox.path, store.path],
    consumer: [],
    web: [],
  };
  const permissions = processPermissions(
    loaded,
    Object.values(daemonPermissions(loaded, role)),
  );
  terminal.write(unitText({
    name,
    role,
    executable,
    config,
    credentials: credentialNames(loaded).map((name) => ({ name, path: join(folder, name) })),
    files: loaded.files.filter((path) => !isWithin(folder, path)),
    writes: [
      ...new Set(
        written[role].filter((path) => !isWithin(state, path)).map((path) => dirname(path)),
      ),
    ],
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
    readonly role: DaemonRole;
    readonly terminal: Terminal;
    readonly variables: { readonly folder: string; readonly state: string };
  },
): ReadConfig {
  const system = systemHostEnvironment();
  const env = (name: string) => {
    if (name === CREDENTIALS) return variables.folder;
    return name === "STATE_DIRECTORY" ? variables.state : system.env(name);
  };
  return loadFile({ config: path }, { role, terminal, hostEnvironment: { ...system, env } });
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
