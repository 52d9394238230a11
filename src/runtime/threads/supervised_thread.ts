/** One thread as main sees it: each restart makes a new Worker, the SupervisedThread stays. */
import { isDeepStrictEqual } from "node:util";
import { AwakeTime } from "../awake_time.ts";
import { backoffMs } from "../backoff.ts";
import type { Clock } from "../clock.ts";
import { logger, type LogLevels } from "../telemetry/logging.ts";
import { type FromThread, PING_GAP_MS_MAX, PING_MS, type ToThread } from "./thread_protocol.ts";

/** How long a thread may be silent. */
export const SILENCE_MAX_MS = 20_000;
/** How long after its deadline a stopping thread is terminated. */
export const STOP_GRACE_MS = 2_000;
/** A ping that is later keeps its distance from the next one, as after a stop of the process. */
const PING_LATE_MS = 100;
const RESTART_BACKOFF = { minMs: 200, maxMs: 10_000 };
/** After this long without a failure the backoff is reset. */
const STABLE_AFTER_MS = 60_000;

/** What a thread is made of. */
export interface ThreadSpec<Setup = unknown, Work = unknown> {
  /** Unique, and what logs and metrics call it: `scanner-1`. */
  readonly name: string;
  /** The URL of its entry. */
  readonly module: string;
  readonly permissions: Deno.PermissionOptionsObject;
  /** Must be plain data: it is sent to the thread, again at each restart. */
  readonly setup: Setup;
  /**
   * What it works on, where that may change while it runs; plain data too. The successor of such a
   * thread may begin before the thread itself has ended.
   */
  readonly work?: Work;
  readonly logLevels: LogLevels;
}

export interface SupervisedThreadOptions {
  readonly clock: Clock;
  /** When another thread of this name stopped for this one, in monotonic time. */
  readonly takesOverAtMs?: number | undefined;
  /** {@linkcode SILENCE_MAX_MS} when absent. */
  readonly silenceMaxMs?: number;
  /** Any message that is not about its own life. */
  onMessage(message: FromThread): void;
  /** It can be reached, for the first time or after a restart; it may have been asked to stop meanwhile. */
  onReady?(thread: SupervisedThread): void;
  /** It died, and is restarted unless this says otherwise. */
  onDeath(death: Death): "restart" | "leave";
}

export interface Death {
  readonly cause: "failed" | "uncaught" | "silent" | "ended";
  /** The class of the error, if it was reported. */
  readonly errorName?: string;
  /** One sentence, for people. */
  readonly message: string;
  /** More of it, for the log. */
  readonly description?: string;
}

type State = "starting" | "running" | "restarting" | "stopping" | "stopped";

export class SupervisedThread {
  readonly name: string;
  #spec: ThreadSpec;
  readonly #options: SupervisedThreadOptions;
  readonly #stopped = Promise.withResolvers<void>();
  #worker: Worker | undefined;
  #state: State = "starting";
  #isReady = false;
  #failures = 0;
  #startedAtMs = 0;
  readonly #awake: AwakeTime;
  /** Of that time. */
  #heardAtMs = 0;
  #cancelTimer = () => {};
  /** Resolves when it has measured, or died. */
  #answer = Promise.withResolvers<void>();

  constructor(spec: ThreadSpec, options: SupervisedThreadOptions) {
    this.name = spec.name;
    this.#spec = spec;
    this.#options = options;
    this.#awake = new AwakeTime(options.clock, PING_GAP_MS_MAX);
    this.#start(options.takesOverAtMs);
  }

  get spec(): ThreadSpec {
    return this.#spec;
  }

  get isRunning(): boolean {
    return this.#state === "running";
  }

  /** True from ready until its end: a stopping thread may still have to hand things over. */
  get isReachable(): boolean {
    return this.#isReady;
  }

  /**
   * How long it has been silent while the supervisor could hear; a stopping thread has a deadline
   * instead.
   */
  get silentMs(): number {
    if (this.#state === "stopping" || this.#state === "stopped") return 0;
    return this.#awake.read() - this.#heardAtMs;
  }

  /** Asks for what it has measured; resolves when that has arrived, or when it can no longer come. */
  measure(): Promise<void> {
    if (!this.#isReady) return Promise.resolve();
    this.#post({ type: "measure" });
    return this.#answer.promise;
  }

  /** Hands it one end of a channel to another thread. */
  link(role: string, port: MessagePort): void {
    this.#post({ type: "link", role, port }, [port]);
  }

  /** Gives it other work and other log levels while it runs, and after each restart. */
  adapt({ work, logLevels }: Pick<ThreadSpec, "work" | "logLevels">): void {
    const old = this.#spec;
    this.#spec = { ...old, work, logLevels };
    if (!isDeepStrictEqual(old.work, work)) this.#post({ type: "assign", work });
    if (!isDeepStrictEqual(old.logLevels, logLevels)) this.#post({ type: "log levels", logLevels });
  }

  /** Asks it to finish within `deadlineMs`; resolves when it has ended, in order or not. */
  stop(deadlineMs: number): Promise<void> {
    if (this.#worker === undefined) this.#end();
    else if (this.#state !== "stopping") {
      this.#state = "stopping";
      this.#post({ type: "stop", deadlineMs });
      this.#schedule(deadlineMs + STOP_GRACE_MS, () => {
        const message = "thread {thread} did not stop in time and was terminated";
        logger("supervisor").warn(message, { thread: this.name });
        this.#end();
      });
    }
    return this.#stopped.promise;
  }

  #start(takesOverAtMs?: number): void {
    const { clock } = this.#options;
    const { name, module, permissions, setup, work, logLevels } = this.#spec;
    this.#state = "starting";
    this.#startedAtMs = clock.monotonicMs();
    this.#heardAtMs = this.#awake.read();
    const worker = new Worker(module, { type: "module", name, deno: { permissions } });
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromThread>) => this.#onMessage(worker, data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#die(worker, { cause: "uncaught", message: event.message });
    };
    this.#post({ type: "start", name, logLevels, setup, takesOverAtMs });
    if (work !== undefined) this.#post({ type: "assign", work });
    this.#schedulePing(worker, clock.monotonicMs() % PING_MS);
  }

  #onMessage(worker: Worker, message: FromThread): void {
    // Queued by a Worker that was terminated.
    if (worker !== this.#worker) return;
    this.#heardAtMs = this.#awake.read();
    switch (message.type) {
      case "measured":
        this.#options.onMessage(message);
        return this.#endAsking();
      case "ready":
        this.#isReady = true;
        if (this.#state === "starting") this.#state = "running";
        return this.#options.onReady?.(this);
      case "failed": {
        const { type: cause, name: errorName, ...rest } = message;
        return this.#die(worker, { cause, errorName, ...rest });
      }
      case "stopped":
        if (this.#state === "stopping") return this.#end();
        return this.#die(worker, { cause: "ended", message: "it exited unexpectedly" });
      default:
        return this.#options.onMessage(message);
    }
  }

  #ping(worker: Worker): void {
    if (this.silentMs > (this.#options.silenceMaxMs ?? SILENCE_MAX_MS)) {
      const message = `no response for ${Math.round(this.silentMs / 1_000)} s`;
      return this.#die(worker, { cause: "silent", message });
    }
    this.#post({ type: "ping" });
    const lateMs = this.#options.clock.monotonicMs() % PING_MS;
    this.#schedulePing(worker, lateMs < PING_LATE_MS ? lateMs : 0);
  }

  /** All threads in the same moments, so that main wakes up once for all of them. */
  #schedulePing(worker: Worker, lateMs: number): void {
    this.#schedule(Math.ceil(PING_MS - lateMs), () => this.#ping(worker));
  }

  #endAsking(): void {
    this.#answer.resolve();
    this.#answer = Promise.withResolvers();
  }

  #die(worker: Worker, death: Death): void {
    if (worker !== this.#worker) return;
    const wasStopping = this.#state === "stopping";
    this.#terminate();
    if (wasStopping || this.#options.onDeath(death) === "leave") return this.#end();
    const livedMs = this.#options.clock.monotonicMs() - this.#startedAtMs;
    this.#failures = livedMs > STABLE_AFTER_MS ? 1 : this.#failures + 1;
    this.#state = "restarting";
    this.#schedule(backoffMs(this.#failures - 1, RESTART_BACKOFF), () => this.#start());
  }

  #end(): void {
    this.#terminate();
    this.#state = "stopped";
    this.#stopped.resolve();
  }

  #terminate(): void {
    this.#cancelTimer();
    this.#isReady = false;
    this.#endAsking();
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  #post(message: ToThread, transfer: Transferable[] = []): void {
    this.#worker?.postMessage(message, transfer);
  }

  #schedule(delayMs: number, callback: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.clock.after(delayMs, callback);
  }
}
