/**
 * What the service manager (systemd) is told: that the service is ready, reloads, stops, how it is,
 * and that it works. The notify thread sends it, since main connects to nothing.
 *
 * @see https://www.freedesktop.org/software/systemd/man/sd_notify.html
 */
import type { Clock } from "../clock.ts";
import type { DependencyTable } from "../telemetry/dependencies.ts";
import type { SupervisedThread, ThreadSpec } from "../threads/supervised_thread.ts";

/**
 * A thread that was not heard for so long does not work. Threads answer every 5 s, and one that died
 * begins anew within 10 s.
 */
export const QUIET_MAX_MS = 16_000;
/** How often the state of the dependencies is told where no watchdog wants to hear more. */
const TICK_MS = 10_000;
/** Pings in the time of a watchdog: one may be late and one be lost. */
const PINGS = 3;

/** What the notify thread sends. Messages that are equal but for `beat` are sent again. */
export interface NotifyWork {
  readonly message: string;
  readonly beat: number;
}

/** The part of the supervisor that is looked at and used. */
export interface Supervision {
  readonly dependencies: DependencyTable;
  /** How long the quietest of all threads has given no sign of life. */
  readonly quietMs: number;
  start(spec: ThreadSpec): Pick<SupervisedThread, "adapt">;
}

export interface ServiceManagerOptions {
  /** The notify thread. */
  readonly spec: ThreadSpec;
  /** The manager restarts a service that is silent for this long; absent when it does not watch. */
  readonly watchdogMs?: number;
  readonly supervisor: Supervision;
  readonly clock: Clock;
  /** Seconds since the machine started, not rounded down; undefined when they must not be known. */
  readonly uptimeSeconds: () => number | undefined;
}

/** Tells the state whenever it changes, and again and again while all threads work. */
export class ServiceManager implements Disposable {
  readonly #options: ServiceManagerOptions;
  readonly #thread: Pick<SupervisedThread, "adapt">;
  #state: "starting" | "ready" | "reloading" | "stopping" = "starting";
  /** The lines of the state. */
  #lines: readonly string[] = [];
  #beat = 0;
  #cancelTick = () => {};

  constructor(options: ServiceManagerOptions) {
    this.#options = options;
    this.#thread = options.supervisor.start(options.spec);
    this.#tick();
  }

  /** Every thread runs; what they depend on may be down. Said once. */
  ready(): void {
    if (this.#state === "starting") this.#enter("ready", ["READY=1"]);
  }

  reloading(): void {
    if (this.#state === "stopping") return;
    const seconds = this.#options.uptimeSeconds();
    // Type=notify-reload wants a time of the machine's clock that is not before its request.
    const time = seconds === undefined ? [] : [`MONOTONIC_USEC=${Math.ceil(seconds * 1_000_000)}`];
    this.#enter("reloading", ["RELOADING=1", ...time]);
  }

  /** A reload has ended, well or not. */
  reloaded(): void {
    if (this.#state === "reloading") this.#enter("ready", ["READY=1"]);
  }

  stopping(): void {
    this.#enter("stopping", ["STOPPING=1"]);
  }

  [Symbol.dispose](): void {
    this.#cancelTick();
  }

  #enter(state: "ready" | "reloading" | "stopping", lines: readonly string[]): void {
    this.#state = state;
    this.#lines = lines;
    this.#tell([]);
  }

  #tick(): void {
    const { watchdogMs, clock, supervisor } = this.#options;
    const pings = watchdogMs !== undefined && supervisor.quietMs <= QUIET_MAX_MS;
    this.#tell(pings ? ["WATCHDOG=1"] : []);
    const delayMs = watchdogMs === undefined ? TICK_MS : watchdogMs / PINGS;
    this.#cancelTick = clock.after(delayMs, () => this.#tick());
  }

  /** The whole state each time, so that a notify thread that was replaced has all of it. */
  #tell(lines: readonly string[]): void {
    const { supervisor: { dependencies }, spec: { logLevels } } = this.#options;
    const message = [...this.#lines, `STATUS=${statusText(dependencies)}`, ...lines].join("\n");
    const work: NotifyWork = { message, beat: this.#beat++ };
    this.#thread.adapt({ work, logLevels });
  }
}

/** Nothing that is no word of sitemon's own: the line goes to whoever may see the unit. */
function statusText(dependencies: DependencyTable): string {
  const troubled = dependencies.rows.filter(({ ok }) => !ok)
    .map(({ dependency, reason }) =>
      reason === undefined ? dependency : `${dependency} (${reason})`
    );
  return troubled.length === 0 ? "All is well" : `Not ready: ${[...new Set(troubled)].join(", ")}`;
}
