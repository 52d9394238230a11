/** Which configuration a command is about, and the systemd unit that runs it. */
import { resolve } from "node:path";
import type { DaemonRole } from "../config/loaded_config.ts";
import type { HostEnvironment } from "../config/host_environment.ts";
import { UsageError } from "./exit_code.ts";
import {
  defaultConfigPath,
  readUnit,
  sitemonUnits,
  type Unit,
  unitFolders,
} from "./service/unit_file.ts";

const CONFIG_VARIABLE = "SITEMON_CONFIG";

/** What of a configuration was given on the command line. */
export interface GivenConfig {
  readonly config?: string;
  /** Name of a unit. */
  readonly unit?: string;
}

/** A configuration and the unit that runs it, if one is installed. */
export interface FoundConfig {
  /** Path of the configuration. */
  readonly config: string;
  readonly unit?: Unit;
}

/**
 * The configuration that was given, else that of the unit, else that of `SITEMON_CONFIG`, else the
 * default one of the daemons that the command is about, the likeliest first. Throws UsageError when
 * there is none, or more than one.
 */
export function findConfig(
  given: GivenConfig,
  roles: readonly DaemonRole[],
  host: HostEnvironment,
): FoundConfig {
  const named = given.unit === undefined ? undefined : namedUnit(given.unit, host);
  const config = findConfigPath(given.config ?? named?.config, roles, host);
  const unit = named ?? unitOf(config, roles, host);
  return { config, ...(unit && { unit }) };
}

/** The path alone, for what needs no unit: it looks for none, and several of them are no mistake. */
export function findConfigPath(
  given: string | undefined,
  roles: readonly DaemonRole[],
  host: HostEnvironment,
): string {
  return given ?? host.env(CONFIG_VARIABLE) ?? defaultConfig(roles, host);
}

function namedUnit(name: string, host: HostEnvironment): Unit {
  const unit = readUnit(name, host);
  if (unit !== undefined) return unit;
  const folders = unitFolders(host).join(", ");
  throw new UsageError(`no unit "${name}" that runs sitemon with "-c" in ${folders}`);
}

function defaultConfig(roles: readonly DaemonRole[], host: HostEnvironment): string {
  const paths = roles.map(defaultConfigPath);
  const [path, other] = paths.filter((path) => isThere(path, host));
  if (path === undefined) {
    throw new UsageError(
      `no configuration: write -c FILE, set ${CONFIG_VARIABLE}, or create ${paths.join(" or ")}`,
    );
  }
  if (other === undefined) return path;
  throw new UsageError(`two configurations: "${path}" and "${other}"; choose one with -c`);
}

function isThere(path: string, host: HostEnvironment): boolean {
  try {
    return host.isRegularFile(path);
  } catch (error) {
    // One that may not be read is there, and reading it says why.
    return error instanceof Deno.errors.PermissionDenied;
  }
}

/** The unit of a configuration; of several, that of the likeliest role. None within a service. */
function unitOf(
  config: string,
  roles: readonly DaemonRole[],
  host: HostEnvironment,
): Unit | undefined {
  if (host.env("STATE_DIRECTORY") !== undefined) return undefined;
  const path = resolve(host.workingFolder, config);
  const units = sitemonUnits(host).filter((unit) => unit.config === path);
  const role = roles.find((role) => units.some((unit) => unit.role === role));
  const [unit, other] = units.filter((unit) => unit.role === role);
  if (other === undefined) return unit;
  throw new UsageError(
    `units "${unit!.name}" and "${other.name}" run "${path}"; choose one with --unit`,
  );
}
