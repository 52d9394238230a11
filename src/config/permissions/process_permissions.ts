/** What the whole process needs for a command: its threads' permissions and those of the main thread. */
import { dirname } from "node:path";
import { formatHost } from "../schema/host_port.ts";
import type { LoadedConfig, Role } from "../loaded_config.ts";
import {
  type Permissions,
  storeKind,
  type ThreadKind,
  threadNeeds,
  unique,
} from "./thread_permissions.ts";
import { EXPORTER_ENV } from "../trace_exporter.ts";

/** Commander asks for them before it prints. */
const MAIN_ENV = ["CLICOLOR_FORCE", "FORCE_COLOR", "NO_COLOR"];

/** The kinds of threads that a command starts. */
export function threadsOf(role: Role, { config }: Pick<LoadedConfig, "config">): ThreadKind[] {
  switch (role) {
    case "producer":
      return ["scanner", "outbox", "relay"];
    case "consumer":
      return ["consumer", "postgres", ...(config.web ? ["web_postgres"] as const : [])];
    case "run":
      return [
        "scanner",
        "outbox",
        "sqlite",
        ...(config.web === false ? [] : ["web_sqlite"] as const),
      ];
    case "web":
      return [`web_${storeKind({ config })}`];
    case "migrate":
      return ["postgres"];
    case "status":
      return [storeKind({ config })];
  }
}

/** The commands that a configuration is complete for. */
export function rolesOf({ config }: Pick<LoadedConfig, "config">): Role[] {
  const { kafka, postgres, sites } = config;
  const web: Role[] = config.web && postgres !== undefined ? ["web"] : [];
  if (kafka === undefined) return sites.length > 0 ? ["run"] : web;
  const producer: Role[] = sites.length > 0 ? ["producer"] : [];
  return postgres === undefined ? producer : [...producer, "consumer", ...web];
}

/**
 * All that a process needs to run a command. No thread gets more than its own part of it; the main
 * thread reads the configuration with all that it names, and listens.
 */
export function processPermissions(role: Role, loaded: LoadedConfig): Permissions {
  const threads = threadsOf(role, loaded).map((kind) => threadNeeds(kind, loaded));
  const { listen, traces } = loaded.config;
  return {
    net: unique([
      ...threads.flatMap(({ net }) => net),
      ...(listen === undefined ? [] : [formatHost(listen)]),
    ]),
    // The whole folder of the configuration, since a reload may find new files beside it.
    read: unique([
      ...loaded.files,
      ...loaded.files.slice(0, 1).map((file) => dirname(file)),
      ...threads.flatMap(({ read }) => read),
    ]),
    write: unique(threads.flatMap(({ write }) => write)),
    env: unique([
      ...MAIN_ENV,
      ...loaded.environment,
      ...(traces === undefined ? [] : EXPORTER_ENV),
      ...threads.flatMap(({ env }) => env),
    ]),
    sys: unique(threads.flatMap(({ sys }) => sys)),
  };
}

/** All that any of these may do. */
export function joined(all: readonly Permissions[]): Permissions {
  return {
    net: unique(all.flatMap(({ net }) => net)),
    read: unique(all.flatMap(({ read }) => read)),
    write: unique(all.flatMap(({ write }) => write)),
    env: unique(all.flatMap(({ env }) => env)),
    sys: unique(all.flatMap(({ sys }) => sys)),
  };
}

/**
 * The flags of `deno run` and `deno compile`. From source, the folder of the code is to be among
 * what may be read, since starting a Worker reads its module.
 */
export function permissionFlags(permissions: Permissions): string[] {
  return Object.entries(permissions).filter(([, items]) => items.length > 0)
    .map(([kind, items]) => `--allow-${kind}=${items.map(escaped).join(",")}`);
}

/** Deno takes a doubled comma in a list for one that belongs to a path. */
function escaped(item: string): string {
  return item.replaceAll(",", ",,");
}
