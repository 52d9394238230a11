/** A daemon's configuration while it runs: loaded at the start, and replaced by each reload. */
import { isDeepStrictEqual } from "node:util";
import { ConfigError, formatMistakes, type Mistake } from "../../config/config_error.ts";
import type { DaemonRole, LoadedConfig, ReadConfig } from "../../config/loaded_config.ts";
import type { Config } from "../../config/schema/schema.ts";
import type { Site } from "../../config/site.ts";
import type { Refused, ServiceSettings } from "../../runtime/service/reloader.ts";
import { siteChanges } from "./site_changes.ts";
import { dividedDescriptors, wantedDescriptors } from "../descriptors.ts";
import { DAEMON_THREADS, planOf } from "../registry.ts";
import type { Schedule } from "../daemon_thread.ts";

/** What a running process cannot change: its files are locked, its sockets open. */
const FIXED: Readonly<Record<string, (config: Config) => unknown>> = {
  "outbox.path": ({ outbox }) => outbox.path,
  "store.path": ({ store }) => store.path,
  "listen": ({ listen }) => listen,
  "log.format": ({ log }) => log.format,
  "sandbox": ({ sandbox }) => sandbox,
  "traces.endpoint": ({ traces }) => traces?.endpoint,
  ...Object.fromEntries(
    DAEMON_THREADS.flatMap(({ name, listensOn }) =>
      listensOn === undefined ? [] : [[`${name}.listen`, listensOn]]
    ),
  ),
};

interface ConfigLifeOptions {
  readonly role: DaemonRole;
  /** Reads the file; throws ConfigError. A reload reads no pipes: it would wait for their writers. */
  readonly load: (options: { readonly readsPipes: boolean }) => ReadConfig;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** How many files can be opened, counted up to `max`; undefined when that is not known. */
  readonly countFree?: (max: number) => number | undefined;
}

/** What a daemon keeps of its configuration between two loads of it; plain data. */
export interface ConfigState extends Schedule {
  readonly loaded: LoadedConfig;
  /** Of the process: its outbox threads succeed each other. */
  readonly runId: string;
  /** Files that could be opened before anything was. */
  readonly free: number;
}

/** A configuration that was read again, or why it cannot be used. */
export type NextConfig =
  | {
    readonly settings: ServiceSettings;
    /** What is different, for a person. */
    readonly changes: string;
    /** Once the threads use it. */
    readonly state: ConfigState;
  }
  | Refused;

/** The configuration in use, and when each of its sites was added. */
export class ConfigLife {
  readonly #options: ConfigLifeOptions;
  readonly state: ConfigState;

  /** Goes on from a state, or loads it for the first time. Throws ConfigError then. */
  constructor(options: ConfigLifeOptions, state?: ConfigState) {
    this.#options = options;
    this.state = state ?? this.#firstState();
  }

  /** Why less runs at once than is configured; undefined when nothing limits it. */
  get limitation(): string | undefined {
    const { loaded, free } = this.state;
    const { concurrency } = loaded.config.scanner;
    const { checks } = dividedDescriptors(free, this.#wishes(loaded)) ?? {};
    if (checks === undefined || checks >= concurrency) return undefined;
    return `only ${free} more files can be open: at most ${checks} checks run at once ` +
      `instead of ${concurrency}; raise LimitNOFILE in the unit, or "ulimit -n"`;
  }

  get settings(): ServiceSettings {
    return this.#settingsOf(this.state);
  }

  /** Reads it again. A configuration that cannot be used changes nothing. */
  reload(): NextConfig {
    let read: ReadConfig;
    try {
      read = this.#options.load({ readsPipes: false });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return refused("invalid", error.mistakes);
    }
    const fixed = fixedMistakes(this.state.loaded, read);
    if (fixed.length > 0) return refused("fixed", fixed);
    const loaded = withoutOrigins(read);
    const state = { ...this.state, loaded, since: this.#sinceOf(loaded.sites) };
    return {
      settings: this.#settingsOf(state),
      changes: siteChanges(this.state.loaded.sites, loaded.sites),
      state,
    };
  }

  #firstState(): ConfigState {
    const { now, load, countFree } = this.#options;
    const originMs = now();
    const loaded = withoutOrigins(load({ readsPipes: true }));
    const wanted = wantedDescriptors(this.#wishes(loaded));
    const free = countFree?.(wanted) ?? wanted;
    return {
      ...{ loaded, originMs, since: new Map(), runId: crypto.randomUUID() },
      free: free < wanted ? free : Infinity,
    };
  }

  /** New and changed sites start now; the others keep their slots. */
  #sinceOf(sites: readonly Site[]): ReadonlyMap<string, number> {
    const { loaded, originMs, since } = this.state;
    const elapsedMs = this.#options.now() - originMs;
    const known = new Map(loaded.sites.map((site) => [site.name, site]));
    return new Map(sites.flatMap((site) => {
      const isSame = isDeepStrictEqual(known.get(site.name), site);
      const ms = isSame ? since.get(site.name) : elapsedMs;
      return ms === undefined ? [] : [[site.name, ms] as const];
    }));
  }

  #wishes({ config }: LoadedConfig) {
    const { role } = this.#options;
    const servers = DAEMON_THREADS
      .filter((thread) => thread.listensOn && thread.runsIn(role, config)).length;
    return { concurrency: config.scanner.concurrency, servers };
  }

  #settingsOf({ loaded, originMs, since, runId, free }: ConfigState): ServiceSettings {
    const { log, shutdown_timeout, metrics } = loaded.config;
    const descriptors = dividedDescriptors(free, this.#wishes(loaded));
    return {
      plan: planOf(loaded, {
        ...{ role: this.#options.role, runId },
        schedule: { originMs, since },
        ...(descriptors && { descriptors }),
      }),
      logLevels: { level: log.level, levels: log.levels },
      measuredSites: metrics.per_site ? loaded.sites.map(({ name }) => name) : [],
      secrets: loaded.secrets,
      shutdownTimeoutMs: shutdown_timeout,
    };
  }
}

function fixedMistakes(old: LoadedConfig, loaded: ReadConfig): Mistake[] {
  const { source } = loaded.origins;
  return Object.entries(FIXED)
    .filter(([, of]) => !isDeepStrictEqual(of(old.config), of(loaded.config)))
    .map(([name]) => ({
      ...source.place(name.split(".")),
      message:
        `cannot change "${name}" while sitemon runs; restore the old value, or restart sitemon`,
    }));
}

/** The parsed files take 1.5 KB a site, and are not needed after loading. */
function withoutOrigins({ origins: _, ...loaded }: ReadConfig): LoadedConfig {
  return loaded;
}

function refused(reason: Refused["reason"], mistakes: readonly Mistake[]): Refused {
  return { reason, mistakes: mistakes.map((mistake) => formatMistakes([mistake])) };
}
