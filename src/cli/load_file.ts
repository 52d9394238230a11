/** Loads a configuration for a command: passes the checks of other parts, and prints warnings. */
import { resolve } from "node:path";
import { formatMistakes } from "../config/config_error.ts";
import { loadConfig } from "../config/load.ts";
import type { LoadedConfig, ReadConfig, Role } from "../config/loaded_config.ts";
import { type HostEnvironment, systemHostEnvironment } from "../config/host_environment.ts";
import { addressRangeProblem } from "../scanner/reach/address_policy.ts";
import { jsonPathProblem } from "../scanner/expect/json_path.ts";
import { patternProblem } from "../scanner/expect/pattern.ts";
import type { FoundConfig } from "./find_config.ts";
import { asUnit } from "./service/unit_file.ts";
import type { Terminal } from "./text/terminal.ts";

/**
 * With the state and the credentials of the unit that runs it. Throws ConfigError with every mistake;
 * warnings go to standard error.
 */
export function loadFile(
  { config, unit }: FoundConfig,
  { terminal, hostEnvironment = systemHostEnvironment(), ...options }: {
    readonly role?: Role;
    readonly terminal: Terminal;
    /** This process's own when absent. */
    readonly hostEnvironment?: HostEnvironment;
    /** False where nothing may wait for a writer, as at a reload. */
    readonly readsPipes?: boolean;
  },
): ReadConfig {
  const loaded = loadConfig(config, {
    ...options,
    hostEnvironment: unit === undefined ? hostEnvironment : asUnit(hostEnvironment, unit),
    checkPattern: patternProblem,
    checkJsonPath: jsonPathProblem,
    checkAddress: addressRangeProblem,
  });
  if (loaded.warnings.length > 0) terminal.writeError(`${formatMistakes(loaded.warnings)}\n`);
  return loaded;
}

/** The configuration with another outbox file, such as one that was quarantined. */
export function withOutbox(loaded: LoadedConfig, path: string | undefined): LoadedConfig {
  if (path === undefined) return loaded;
  const outbox = { ...loaded.config.outbox, path: resolve(path) };
  return { ...loaded, config: { ...loaded.config, outbox } };
}
