/**
 * Reloads the configuration at SIGHUP: wholly or not at all, one reload at a time.
 *
 * What is wrong with the new one is logged, counted and told to readiness; the old one goes on.
 */
import type { ThreadSet } from "../threads/thread_set.ts";
import { describeError } from "../telemetry/log_entry.ts";
import { logger } from "../telemetry/logging.ts";
import { missingPermissions, notPermitted } from "../threads/missing_permissions.ts";
import type { ServiceSettings } from "./service.ts";
import type { ServiceManager } from "./service_manager.ts";
import type { Supervisor } from "../threads/supervisor.ts";

/** A configuration that was read again, or why it cannot be used. */
export type Reloaded =
  | {
    readonly settings: ServiceSettings;
    /** Called once the threads work by it. */
    onApplied(): void;
  }
  /** Sentences for people; `reason` is one word for readiness. */
  | { readonly reason: "invalid" | "fixed"; readonly mistakes: readonly string[] };

/** Reads the configuration again. It never throws. */
export type Reload = () => Reloaded;

export interface ReloaderOptions {
  readonly threadSet: ThreadSet;
  readonly supervisor: Supervisor;
  readonly reload: Reload;
  /** Who is told when a reload begins and ends, well or not. */
  readonly manager?: Pick<ServiceManager, "reloading" | "reloaded">;
  /** Called before the threads are changed, with the new settings. */
  readonly onApplied: (settings: ServiceSettings) => Promise<void>;
}

/** Listens for SIGHUP until it is disposed of. */
export class Reloader implements Disposable {
  readonly #options: ReloaderOptions;
  readonly #listener = () => this.#request();
  #settings: ServiceSettings;
  #running: Promise<void> | undefined;
  #isRequested = false;

  constructor(settings: ServiceSettings, options: ReloaderOptions) {
    this.#settings = settings;
    this.#options = options;
    options.supervisor.dependencies.set("main", "configuration", { ok: true });
    options.supervisor.registry.set("sitemon_config_last_reload_successful", 1);
    Deno.addSignalListener("SIGHUP", this.#listener);
  }

  /** Those that hold now. */
  get settings(): ServiceSettings {
    return this.#settings;
  }

  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGHUP", this.#listener);
  }

  /** Signals that come while a reload runs make one more of them: the file may have changed since. */
  #request(): void {
    this.#isRequested = true;
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    const { manager } = this.#options;
    manager?.reloading();
    while (this.#isRequested) {
      this.#isRequested = false;
      // A fault in here must not end a process that works by its old configuration.
      await this.#reload().catch((error) => this.#refuse("failed", [describeError(error)]));
    }
    this.#running = undefined;
    manager?.reloaded();
  }

  async #reload(): Promise<void> {
    const { threadSet, reload } = this.#options;
    const reloaded = reload();
    if ("mistakes" in reloaded) return this.#refuse(reloaded.reason, reloaded.mistakes);
    const missing = missingPermissions(threadSet.starts(reloaded.settings.plan));
    if (missing.length > 0) {
      return this.#refuse("not_permitted", missing.map((what) => notPermitted("reload", what)));
    }
    await this.#apply(reloaded.settings);
    reloaded.onApplied();
  }

  async #apply(settings: ServiceSettings): Promise<void> {
    const { threadSet, supervisor, onApplied } = this.#options;
    const secrets = [...new Set([...this.#settings.secrets, ...settings.secrets])];
    this.#settings = settings;
    // What was a secret stays one: threads that end may still speak of it.
    await onApplied({ ...settings, secrets });
    const names = threadSet.starts(settings.plan).map(({ name }) => name);
    await threadSet.apply(settings.plan, settings.drainDeadlineMs);
    await supervisor.registry.keepSites(new Set(settings.measuredSites));
    supervisor.dependencies.set("main", "configuration", { ok: true });
    this.#count("applied");
    logger("config").info("The configuration was reloaded; threads started anew: {threads}", {
      threads: names.join(", ") || "none",
    });
  }

  #refuse(reason: string, mistakes: readonly string[]): void {
    const { dependencies } = this.#options.supervisor;
    const detail = `The newest configuration is not in use: ${mistakes[0]}`;
    dependencies.set("main", "configuration", { ok: false, reason, detail });
    this.#count("refused");
    // Each has a template of its own: the same one would be written ten times a minute at most.
    mistakes.forEach((mistake, index) =>
      logger("config").error(`Mistake ${index + 1} of ${mistakes.length}: {mistake}`, { mistake })
    );
    logger("config").error(
      "The configuration was not reloaded, and the old one goes on: {reason}",
      {
        reason,
      },
    );
  }

  #count(result: "applied" | "refused"): void {
    const { registry } = this.#options.supervisor;
    registry.count("sitemon_config_reloads_total", { result });
    registry.set("sitemon_config_last_reload_successful", result === "applied" ? 1 : 0);
  }
}
