/** Keeps threads running and collects their logs, metrics and dependency states; runs on the main thread. */
import type { Clock } from "../clock.ts";
import { within } from "../deadline.ts";
import { DependencyTable } from "../telemetry/dependencies.ts";
import type { LogEntry } from "../telemetry/log_entry.ts";
import { logger } from "../telemetry/logging.ts";
import { MetricsRegistry } from "../telemetry/registry.ts";
import { ThreadMeter } from "../telemetry/thread_meter.ts";
import { type Death, SupervisedThread, type ThreadSpec } from "./supervised_thread.ts";
import type { FromThread } from "./thread_protocol.ts";

/** One more restart will not help a thread that was restarted this often within the window. */
export const RESTARTS_MAX = 5;
const RESTARTS_WINDOW_MS = 600_000;
/** A thread that is busy for longer is scraped as it was. */
export const MEASURE_MS = 1_000;
/** Each termination leaks two file descriptors (measured), so the total is bounded. */
const TERMINATIONS_MAX = 100;

/** Why the process cannot go on. */
export interface FatalDeath extends Death {
  readonly thread: string;
}

export interface SupervisorOptions {
  readonly clock: Clock;
  /** Classes of errors that no restart fixes, such as a locked outbox. */
  readonly finalErrors: ReadonlySet<string>;
  readonly onLog: (entry: LogEntry) => void;
  readonly onResult?: (value: unknown) => void;
  /** Called whenever every thread runs. */
  readonly onAllRunning?: () => void;
  /** Called once, when a thread failed permanently. */
  readonly onFatal: (death: FatalDeath) => void;
}

/** Two kinds of threads that talk to one another: `["scanner", "outbox"]`. */
export type Link = readonly [from: string, to: string];

export class Supervisor {
  readonly registry = new MetricsRegistry();
  readonly dependencies = new DependencyTable();
  /** Kinds whose threads get a channel to one another, whenever one of them is ready. */
  links: readonly Link[] = [];
  /** True once no thread can be restarted any more: from then on every death is final. */
  isSealed = false;
  readonly #options: SupervisorOptions;
  readonly #threads = new Set<SupervisedThread>();
  readonly #restarts = new Map<string, number[]>();
  readonly #meter: ThreadMeter;
  #measuring: Promise<void> | undefined;
  #terminations = 0;
  #fatal = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#meter = new ThreadMeter(this.registry, options.clock);
  }

  /** Starts a thread and keeps it running until it is stopped. */
  start(spec: ThreadSpec, options: { takesOverAtMs?: number | undefined } = {}): SupervisedThread {
    const { name } = spec;
    this.registry.count("sitemon_thread_restarts_total", { thread: name }, 0);
    const thread = new SupervisedThread(spec, {
      ...options,
      clock: this.#options.clock,
      onReady: (ready) => this.#onReady(ready),
      onMessage: (message) => this.#onMessage(name, message),
      onDeath: (death) => this.#onDeath(name, death),
    });
    this.#threads.add(thread);
    return thread;
  }

  /** Stops a thread permanently. */
  async remove(thread: SupervisedThread, deadlineMs: number): Promise<void> {
    await thread.stop(deadlineMs);
    this.#threads.delete(thread);
    // Its successor has the same name, and has already reported its dependencies.
    const names = [...this.#threads].map(({ name }) => name);
    if (!names.includes(thread.name)) {
      this.dependencies.forget(thread.name);
      await this.registry.forgetThread(thread.name);
    }
    this.#reportAllRunning();
  }

  /** How long the quietest of all threads has been silent. */
  get quietMs(): number {
    return Math.max(0, ...[...this.#threads].map(({ silentMs }) => silentMs));
  }

  /**
   * Brings what the registry has of the threads and the process up to date, within about
   * {@linkcode MEASURE_MS}; concurrent callers share it.
   */
  measure(): Promise<void> {
    return this.#measuring ??= this.#measure().finally(() => this.#measuring = undefined);
  }

  async #measure(): Promise<void> {
    this.registry.set("sitemon_process_resident_memory_bytes", Deno.memoryUsage().rss);
    this.#meter.measure("main");
    const answers = Promise.all([...this.#threads].map((thread) => thread.measure()));
    await within(MEASURE_MS, answers, this.#options.clock).catch(() => {});
  }

  /** Stops every thread at once; in order, stop them one by one. */
  async stop(deadlineMs: number): Promise<void> {
    await Promise.all([...this.#threads].map((thread) => thread.stop(deadlineMs)));
  }

  /** Connects it with the threads that it is linked to; each gets the other's kind as its role. */
  #onReady(thread: SupervisedThread): void {
    const kind = kindOf(thread.name);
    for (const other of this.#threads) {
      const otherKind = kindOf(other.name);
      const isLinked = this.links.some((link) =>
        link.includes(kind) && link.includes(otherKind) && kind !== otherKind
      );
      if (isLinked && other.isReachable) {
        const { port1, port2 } = new MessageChannel();
        thread.link(otherKind, port1);
        other.link(kind, port2);
      }
    }
    this.#reportAllRunning();
  }

  #reportAllRunning(): void {
    if ([...this.#threads].some((thread) => !thread.isRunning)) return;
    this.dependencies.set("main", "threads", { ok: true });
    this.#options.onAllRunning?.();
  }

  #onMessage(thread: string, message: FromThread): void {
    switch (message.type) {
      case "log":
        return this.#options.onLog(message.entry);
      case "pong":
      case "measured":
      case "measurements":
        return message.measurements && this.registry.add(message.measurements);
      case "dependency":
        return this.dependencies.set(thread, message.dependency, message.state);
      case "result":
        return this.#options.onResult?.(message.value);
    }
  }

  #onDeath(thread: string, death: Death): "restart" | "leave" {
    this.#terminations++;
    this.dependencies.forget(thread);
    if (this.#isFinal(thread, death)) {
      if (!this.#fatal) this.#options.onFatal({ ...death, thread });
      this.#fatal = true;
      return "leave";
    }
    this.registry.count("sitemon_thread_restarts_total", { thread });
    const detail = `thread ${thread} is restarting: ${death.message}`;
    this.dependencies.set("main", "threads", { ok: false, reason: "thread_died", detail });
    const { description = death.message } = death;
    const message = "thread {name} died and is restarting: {description}";
    logger("supervisor").error(message, { name: thread, description });
    return "restart";
  }

  #isFinal(thread: string, death: Death): boolean {
    if (this.isSealed || this.#options.finalErrors.has(death.errorName ?? "")) return true;
    const now = this.#options.clock.monotonicMs();
    const recent = (this.#restarts.get(thread) ?? [])
      .filter((at) => now - at < RESTARTS_WINDOW_MS);
    this.#restarts.set(thread, [...recent, now]);
    return recent.length >= RESTARTS_MAX || this.#terminations > TERMINATIONS_MAX;
  }
}

/** What a thread of this name is: `scanner-1` is a `scanner`. */
export function kindOf(name: string): string {
  return name.replace(/-\d+$/, "");
}
