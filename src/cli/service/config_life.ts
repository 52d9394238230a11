/** A daemon's configuration while it runs: loaded at the start, and replaced by each reload. */
import { isDeepStrictEqual } from "node:util";
import { ConfigError, formatMistakes, type Mistake } from "../../config/config_error.ts";
import type { DaemonRole, LoadedConfig, ReadConfig } from "../../config/loaded_config.ts";
import type { Config } from "../../config/schema/schema.ts";
import type { Site } from "../../config/site.ts";
import type { Reloaded, ServiceSettings } from "../../runtime/service/reloader.ts";
import { siteChanges } from "./site_changes.ts";
import { dividedDescriptors, wantedDescriptors } from "../../threads/descriptors.ts";
import { planOf } from "../../threads/registry.ts";
import { PUSH_SPEC } from "../../threads/push/push_spec.ts";
import { WEB_SPEC } from "../../threads/web/web_spec.ts";

/** What a running process cannot change: its files are locked, its sockets open. */
const FIXED: Readonly<Record<string, (config: Config) => unknown>> = {
  "outbox.path": ({ outbox }) => outbox.path,
  "store.path": ({ store }) => store.path,
  "listen": ({ listen }) => listen,
  "log.format": ({ log }) => log.format,
  "push.listen": ({ push }) => push.listen,
  "web.listen": ({ web }) => web && web.listen,
  "sandbox": ({ sandbox }) => sandbox,
  "traces.endpoint": ({ traces }) => traces?.endpoint,
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

/** The configuration in use, and when each of its sites was added. */
export class ConfigLife {
  readonly #options: ConfigLifeOptions;
  readonly #originMs: number;
  #loaded: LoadedConfig;
  #since: ReadonlyMap<string, number> = new Map();
  /** Counted before anything is open. */
  readonly #free: number;

  /** Loads it for the first time. Throws ConfigError. */
  constructor(options: ConfigLifeOptions) {
    this.#options = options;
    this.#originMs = options.now();
    this.#loaded = withoutOrigins(options.load({ readsPipes: true }));
    const wanted = wantedDescriptors(this.#wishes(this.#loaded));
    const free = options.countFree?.(wanted) ?? wanted;
    this.#free = free < wanted ? free : Infinity;
  }

  get loaded(): LoadedConfig {
    return this.#loaded;
  }

  /** Why less runs at once than is configured; undefined when nothing limits it. */
  get limitation(): string | undefined {
    const { concurrency } = this.#loaded.config.scanner;
    const { checks } = dividedDescriptors(this.#free, this.#wishes(this.#loaded)) ?? {};
    if (checks === undefined) return undefined;
    return `only ${this.#free} more files can be open: at most ${checks} checks run at once ` +
      `instead of ${concurrency}; raise LimitNOFILE in the unit, or "ulimit -n"`;
  }

  get settings(): ServiceSettings {
    return this.#settingsOf(this.#loaded, this.#since);
  }

  /** Reads it again. A configuration that cannot be used changes nothing. */
  reload(): Reloaded {
    let read: ReadConfig;
    try {
      read = this.#options.load({ readsPipes: false });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return refused("invalid", error.mistakes);
    }
    const fixed = fixedMistakes(this.#loaded, read);
    if (fixed.length > 0) return refused("fixed", fixed);
    const loaded = withoutOrigins(read);
    const since = this.#sinceOf(loaded.sites);
    return {
      settings: this.#settingsOf(loaded, since),
      changes: siteChanges(this.#loaded.sites, loaded.sites),
      onApplied: () => {
        this.#loaded = loaded;
        this.#since = since;
      },
    };
  }

  /** New and changed sites start now; the others keep their slots. */
  #sinceOf(sites: readonly Site[]): ReadonlyMap<string, number> {
    const elapsedMs = this.#options.now() - this.#originMs;
    const known = new Map(this.#loaded.sites.map((site) => [site.name, site]));
    return new Map(sites.flatMap((site) => {
      const isSame = isDeepStrictEqual(known.get(site.name), site);
      const ms = isSame ? this.#since.get(site.name) : elapsedMs;
      return ms === undefined ? [] : [[site.name, ms] as const];
    }));
  }

  #wishes({ config }: LoadedConfig) {
    const { role } = this.#options;
    const servers = [WEB_SPEC, PUSH_SPEC].filter((spec) => spec.runsIn(role, config)).length;
    return { concurrency: config.scanner.concurrency, servers };
  }

  #settingsOf(loaded: LoadedConfig, since: ReadonlyMap<string, number>): ServiceSettings {
    const { log, shutdown_timeout, metrics } = loaded.config;
    const schedule = { originMs: this.#originMs, since };
    const descriptors = dividedDescriptors(this.#free, this.#wishes(loaded));
    return {
      plan: planOf(loaded, {
        role: this.#options.role,
        schedule,
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

function refused(reason: "invalid" | "fixed", mistakes: readonly Mistake[]): Reloaded {
  return { reason, mistakes: mistakes.map((mistake) => formatMistakes([mistake])) };
}
