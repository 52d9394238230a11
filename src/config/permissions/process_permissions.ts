/** What the whole process needs for a command: its threads' permissions and those of the main thread. */
import { dirname } from "node:path";
import { formatHost } from "../schema/host_port.ts";
import type { DaemonRole, LoadedConfig } from "../loaded_config.ts";
import { EXPORTER_ENV } from "../trace_exporter.ts";
import { joined, type Permissions } from "./permissions.ts";

/** Commander asks for them before it prints. */
const MAIN_ENV = ["CLICOLOR_FORCE", "FORCE_COLOR", "NO_COLOR"];

/** The daemons that a configuration is complete for. */
export function rolesOf({ config }: Pick<LoadedConfig, "config">): DaemonRole[] {
  const { kafka, postgres, sites } = config;
  const web: DaemonRole[] = config.web && postgres !== undefined ? ["web"] : [];
  if (kafka === undefined) return sites.length > 0 ? ["run"] : web;
  const producer: DaemonRole[] = sites.length > 0 ? ["producer"] : [];
  return postgres === undefined ? producer : [...producer, "consumer", ...web];
}

/**
 * All that a process with these threads needs. No thread gets more than its own part of it; the main
 * thread reads the configuration with all that it names, and listens.
 */
export function processPermissions(
  { config, files, environment }: Pick<LoadedConfig, "config" | "files" | "environment">,
  threads: readonly Permissions[],
): Permissions {
  const { listen, traces } = config;
  return joined([...threads, {
    net: listen === undefined ? [] : [formatHost(listen)],
    // The whole folder of the configuration, since a reload may find new files beside it.
    read: [...files, ...files.slice(0, 1).map((file) => dirname(file))],
    env: [...MAIN_ENV, ...environment, ...(traces === undefined ? [] : EXPORTER_ENV)],
  }]);
}
