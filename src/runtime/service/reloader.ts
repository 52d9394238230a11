/**
 * Reloads the configuration at SIGHUP: completely or not at all, one reload at a time.
 *
 * A refused configuration is logged, counted and shown by readiness; the previous one stays in use.
 */
import { describeError } from "../telemetry/log_entry.ts";
import { logger, type LogLevels } from "../telemetry/logging.ts";
import { countFromZero } from "../telemetry/telemetry.ts";
import { missingPermissions, notPermitted } from "../threads/missing_permissions.ts";
import type { Supervisor } from "../threads/supervisor.ts";
import type { Plan, ThreadSet } from "../threads/thread_set.ts";
import type { ServiceManager } from "./service_manager.ts";

/** The part of a configuration that may change while the service runs. */
export interface ServiceSettings {
  readonly plan: Plan;
  readonly logLevels: LogLevels;
  /** Names of the sites that have metrics of their own. */
  readonly measuredSites: readonly string[];
  /** Texts that are never written. */
  readonly secrets: readonly string[];
  /** How long a stop may take after the first signal. */
  readonly shutdownTimeoutMs: number;
}

/** A configuration that was read again, or why it cannot be used. */
export type Reloaded =
  | {
    readonly settings: ServiceSettings;
    /** What is different, for a person. */
    readonly changes: string;
    /** Called once the threads use it. */
    onApplied(): void;
  }
  | Refused;

/** Why a configuration cannot be used, in sentences for people. */
export interface Refused {
  /** For readiness. */
  readonly reason: "invalid" | "fixed";
  readonly mistakes: readonly string[];
}

export interface ReloaderOptions {
  readonly threadSet: ThreadSet;
  readonly supervisor: Supervisor;
  /** Reads the configuration again. */
  readonly reload: () => Promise<Reloaded>;
  /** Is notified when a reload begins and ends, applied or refused. */
  readonly manager?: Pick<ServiceManager, "reloading" | "reloaded">;
  /** Called before the threads are changed, with the new settings. */
  readonly onApplied: (settings: ServiceSettings) => Promise<void>;
}

const RELOADS = "sitemon_config_reloads_total";
const RESULTS = ["applied", "refused"] as const;

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
    const { dependencies, registry } = options.supervisor;
    dependencies.set("main", "configuration", { ok: true });
    registry.set("sitemon_config_last_reload_successful", 1);
    countFromZero(registry, RELOADS, RESULTS.map((result) => ({ result })));
    Deno.addSignalListener("SIGHUP", this.#listener);
  }

  /** Those in use. */
  get settings(): ServiceSettings {
    return this.#settings;
  }

  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGHUP", this.#listener);
  }

  /** Signals that come during a reload cause one more: the file may have changed since. */
  #request(): void {
    this.#isRequested = true;
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    const { manager } = this.#options;
    manager?.reloading();
    while (this.#isRequested) {
      this.#isRequested = false;
      // A bug in here must not end a process that works with its previous configuration.
      await this.#reload().catch((error) => this.#refuse("failed", [describeError(error)]));
    }
    this.#running = undefined;
    manager?.reloaded();
  }

  async #reload(): Promise<void> {
    const { threadSet, reload } = this.#options;
    const reloaded = await reload();
    if ("mistakes" in reloaded) return this.#refuse(reloaded.reason, reloaded.mistakes);
    const missing = missingPermissions(threadSet.starts(reloaded.settings.plan));
    if (missing.length > 0) return this.#refuse("not_permitted", missing.map(notPermitted));
    await this.#apply(reloaded.settings, reloaded.changes);
    reloaded.onApplied();
  }

  async #apply(settings: ServiceSettings, changes: string): Promise<void> {
    const { threadSet, supervisor, onApplied } = this.#options;
    const secrets = [...new Set([...this.#settings.secrets, ...settings.secrets])];
    this.#settings = settings;
    // What was a secret stays one: threads that are stopping may still log it.
    await onApplied({ ...settings, secrets });
    const threads = threadSet.starts(settings.plan).map(({ name }) => name).join(", ");
    await threadSet.apply(settings.plan, settings.shutdownTimeoutMs);
    await supervisor.registry.keepSites(new Set(settings.measuredSites));
    supervisor.dependencies.set("main", "configuration", { ok: true });
    this.#count("applied");
    const effect = threads === "" ? "no threads restarted" : "restarted threads: {threads}";
    logger("config").info(`configuration reloaded; {changes}; ${effect}`, { changes, threads });
  }

  #refuse(reason: string, mistakes: readonly string[]): void {
    const { dependencies } = this.#options.supervisor;
    const detail = `reload refused; still running the previous configuration: ${mistakes[0]}`;
    dependencies.set("main", "configuration", { ok: false, reason, detail });
    this.#count("refused");
    // Each has a template of its own, since repetitions of one are suppressed.
    mistakes.forEach((mistake, index) =>
      logger("config").error(`mistake ${index + 1} of ${mistakes.length}: {mistake}`, { mistake })
    );
    const message = "reload refused ({reason}); still running the previous configuration";
    logger("config").error(message, { reason });
  }

  #count(result: (typeof RESULTS)[number]): void {
    const { registry } = this.#options.supervisor;
    registry.count(RELOADS, { result });
    registry.set("sitemon_config_last_reload_successful", result === "applied" ? 1 : 0);
  }
}
