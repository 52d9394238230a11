/**
 * Notifies the service manager (systemd): the service is ready, reloading or stopping, its status,
 * and watchdog pings. The notify thread sends the messages, since main connects to nothing.
 *
 * @see https://www.freedesktop.org/software/systemd/man/sd_notify.html
 */
import type { Clock } from "../clock.ts";
import type { DependencyTable } from "../telemetry/dependencies.ts";
import type { SupervisedThread, ThreadSpec } from "../threads/supervised_thread.ts";
import type { Supervisor } from "../threads/supervisor.ts";
import type { NotifyAddress } from "./notify_socket.ts";

/** A thread that is silent for longer does not work: threads answer every 5 s, and restart within 10 s. */
export const QUIET_MAX_MS = 16_000;
/** How often the status is sent without a watchdog. */
const TICK_MS = 10_000;
/** Pings within the watchdog's time: one may be late and one may be lost. */
const PINGS = 3;

/** What the notify thread sends; `beat` makes equal messages differ, so that each is sent. */
export interface NotifyWork {
  readonly message: string;
  readonly beat: number;
}

interface ServiceManagerOptions extends Pick<NotifyAddress, "watchdogMs"> {
  readonly spec: ThreadSpec;
  readonly supervisor: Pick<Supervisor, "dependencies" | "quietMs"> & {
    start(spec: ThreadSpec): Pick<SupervisedThread, "adapt">;
  };
  readonly clock: Clock;
  /** Seconds since the machine started, not rounded down; undefined when they must not be known. */
  readonly uptimeSeconds: () => number | undefined;
}

/** Notifies whenever the state changes, and periodically while all threads work. */
export class ServiceManager implements Disposable {
  readonly #options: ServiceManagerOptions;
  readonly #thread: Pick<SupervisedThread, "adapt">;
  #state: "starting" | "ready" | "reloading" | "stopping" = "starting";
  #lines: readonly string[] = [];
  #beat = 0;
  #cancelTick = () => {};

  constructor(options: ServiceManagerOptions) {
    this.#options = options;
    this.#thread = options.supervisor.start(options.spec);
    this.#tick();
  }

  /** Every thread runs; their dependencies may be down. Sent once. */
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

  /** A reload has ended, applied or refused. */
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
    this.#notify([]);
  }

  #tick(): void {
    const { watchdogMs, clock, supervisor } = this.#options;
    const pings = watchdogMs !== undefined && supervisor.quietMs <= QUIET_MAX_MS;
    this.#notify(pings ? ["WATCHDOG=1"] : []);
    const delayMs = watchdogMs === undefined ? TICK_MS : watchdogMs / PINGS;
    this.#cancelTick = clock.after(delayMs, () => this.#tick());
  }

  /** The whole state each time, so that a restarted notify thread has all of it. */
  #notify(lines: readonly string[]): void {
    const { supervisor: { dependencies }, spec: { logLevels } } = this.#options;
    const message = [...this.#lines, `STATUS=${statusText(dependencies)}`, ...lines].join("\n");
    const work: NotifyWork = { message, beat: this.#beat++ };
    this.#thread.adapt({ work, logLevels });
  }
}

/** Only sitemon's own words, no error text: any user of the machine may read the unit's status. */
function statusText(dependencies: DependencyTable): string {
  if (dependencies.isReady) return "all dependencies ok";
  const failing = dependencies.rows.filter(({ ok }) => !ok)
    .map(({ dependency, reason }) => reason ? `${dependency} (${reason})` : dependency);
  return `not ready: ${[...new Set(failing)].join(", ")}`;
}
