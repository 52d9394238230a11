/** What main knows of a daemon's thread without loading what it connects with: its spec. */
import type { DaemonRole, LoadedConfig } from "../config/loaded_config.ts";
import {
  joined,
  ownCode,
  type Permissions,
  workerPermissions,
} from "../config/permissions/permissions.ts";
import type { Config } from "../config/schema/schema.ts";
import type { Descriptors } from "./descriptors.ts";
import type { ThreadSpec } from "../runtime/threads/supervised_thread.ts";

/** A thread of daemons, or several of one kind. Its spec stands beside its entry, in the same folder. */
export interface DaemonThread<Setup = unknown, Work = unknown> {
  /** What logs and metrics call it; where there may be several, they are numbered: `scanner-1`. */
  readonly name: string;
  /** Its entry, which main never loads itself. */
  readonly module: URL;
  /** Whether a daemon has it under a configuration. */
  runsIn(role: DaemonRole, config: Config): boolean;
  /**
   * The address of its section's `listen`, where it serves whoever connects: it keeps that as long as
   * the process runs, and a part of the file descriptors.
   */
  listensOn?(config: Config): unknown;
  /** What its work needs, and no more: parts of config/permissions/needs.ts. */
  needs(loaded: LoadedConfig, role: DaemonRole): readonly Partial<Permissions>[];
  /** Loads modules of the program at their first use, so that it may read them. */
  readonly loadsLater?: true;
  /** What each of them is given: one thread for each entry. */
  instances(loaded: LoadedConfig, context: DaemonContext): readonly Instance<Setup, Work>[];
  /** Names of threads to each of which it has a channel, where the daemon has them. */
  readonly linkedTo?: readonly string[];
  readonly stopsIn: keyof typeof STOP_STAGES;
}

export type Instance<Setup, Work = unknown> = Pick<
  ThreadSpec<Setup, Work>,
  "name" | "setup" | "work"
>;

/** What a thread's set-up depends on beside the configuration. */
export interface DaemonContext {
  readonly role: DaemonRole;
  readonly schedule: Schedule;
  /** Of the process: its outbox threads succeed each other. */
  readonly runId: string;
  /** What the process may have at once; absent where that is no limit. */
  readonly descriptors?: Descriptors;
}

/** When the process and its sites began, which the slots of the sites are counted from. */
export interface Schedule {
  /** Monotonic time of the process's start. */
  readonly originMs: number;
  /** Milliseconds after that at which a reload brought or changed a site, by its name. */
  readonly since: ReadonlyMap<string, number>;
}

/** The stages of a stop in their order, and the share of the time left that each may take. */
export const STOP_STAGES = { check: 0.5, deliver: 0.8, close: 1 } as const;

/** The threads of a kind, ready to start. */
export function specsOf<Setup, Work>(
  thread: DaemonThread<Setup, Work>,
  loaded: LoadedConfig,
  context: DaemonContext,
): ThreadSpec<Setup, Work>[] {
  const { loadsLater } = thread;
  const needs = thread.needs(loaded, context.role);
  return thread.instances(loaded, context).map((instance) =>
    threadSpec(loaded, { ...instance, module: thread.module, needs, loadsLater })
  );
}

/** A thread that may do what it needs, and nothing else: the one place that gives permissions. */
export function threadSpec<Setup, Work = unknown>(
  { config: { log } }: Pick<LoadedConfig, "config">,
  { needs, module, loadsLater, ...spec }:
    & Omit<ThreadSpec<Setup, Work>, "permissions" | "logLevels" | "module">
    & {
      readonly module: URL;
      readonly needs: readonly Partial<Permissions>[];
      readonly loadsLater?: true | undefined;
    },
): ThreadSpec<Setup, Work> {
  const permissions = workerPermissions(joined(loadsLater ? [...needs, ownCode()] : needs));
  const logLevels = { level: log.level, levels: log.levels };
  return { ...spec, module: module.href, permissions, logLevels };
}
