/**
 * The inside of a thread: serves main's messages around the body that its entry in threads/ hands
 * to `serveThread` or `serveTask`. The other side is supervised_thread.ts.
 */
import process from "node:process";
import { AwakeTime } from "../awake_time.ts";
import { systemClock } from "../clock.ts";
import { describeError, logEntry } from "../telemetry/log_entry.ts";
import { logger, type LogLevels, sendLogsTo } from "../telemetry/logging.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { ThreadMeter } from "../telemetry/thread_meter.ts";
import { ThreadTelemetry } from "../telemetry/thread_telemetry.ts";
import { type FromThread, PING_GAP_MS_MAX, type ToThread } from "./thread_protocol.ts";

/** What a body is given. */
export interface ThreadContext {
  readonly name: string;
  readonly telemetry: Telemetry;
  /** Hands a result to whoever started this thread for an answer. */
  result(value: unknown): void;
  /** When it took over from a thread that stopped then, in monotonic milliseconds. */
  readonly takesOverAtMs: number | undefined;
  /**
   * Reports that the body's loop has completed a turn. A body that has done so once and then not
   * again within its `progressMaxMs` is stuck, and its thread fails.
   */
  progress(): void;
  /** Ends the thread as failed: main restarts it, or ends the process, by the error's class. */
  fail(error: unknown): void;
}

interface RunningBody {
  /** Takes the spec's `work`, first after the start and again whenever a reload changed it. */
  assign?(work: unknown): void;
  /** One end of a channel to another thread; a new one replaces the last of that role. */
  link?(role: string, port: MessagePort): void;
  /** Measures what costs too much to be measured unless somebody looks. A rejection is a failure. */
  measure?(): Promise<void>;
  /** Ends within about `deadlineMs`, leaving nothing behind that is worth keeping. */
  stop(deadlineMs: number): Promise<void>;
}

/** What an uncaught error means: the state is in doubt, or one of many independent tasks failed. */
type UncaughtPolicy = "fail" | "continue";

interface ThreadBody<Setup> {
  readonly onUncaught: UncaughtPolicy;
  /** How long a turn of the loop may take, of a body that reports its progress. */
  readonly progressMaxMs?: number;
  /** Starts the work. A rejection is a failure of the thread. */
  start(setup: Setup, context: ThreadContext): Promise<RunningBody>;
}

/** The part of a Worker's global scope that is used here. */
const scope = globalThis as unknown as EventTarget & {
  postMessage(message: FromThread): void;
  close(): void;
};

/**
 * Serves a thread that is started for an answer, which `run` hands over by `result`. A rejection is
 * a failure of the thread; the signal aborts when main has read enough.
 */
export function serveTask<Setup>(
  run: (setup: Setup, context: ThreadContext & { readonly signal: AbortSignal }) => Promise<void>,
  onUncaught: UncaughtPolicy = "fail",
): void {
  serveThread<Setup>({
    onUncaught,
    start(setup, context) {
      const stopping = new AbortController();
      const done = run(setup, { ...context, signal: stopping.signal }).catch(context.fail);
      return Promise.resolve({
        async stop() {
          stopping.abort();
          await done;
        },
      });
    },
  });
}

/** Serves main's messages until it asks to stop. Called once, at the end of a thread's entry file. */
export function serveThread<Setup>(body: ThreadBody<Setup>): void {
  const fail = (error: unknown) => {
    reportMeasurements();
    post(failed(error));
  };
  const [telemetry, reportMeasurements] = reportedTelemetry();
  const meter = new ThreadMeter(telemetry, systemClock);
  const awake = new AwakeTime(systemClock, PING_GAP_MS_MAX);
  let [name, turnedAtMs] = ["", Infinity];
  // A channel may be handed over while the body is still starting.
  let started: Promise<RunningBody> | undefined;

  async function start(message: ToThread & { type: "start" }): Promise<RunningBody> {
    const { logLevels, setup, takesOverAtMs } = message;
    await sendLogs(name, logLevels);
    const running = await body.start(setup as Setup, {
      name,
      telemetry,
      result: (value) => post({ type: "result", value }),
      fail,
      progress: () => turnedAtMs = awake.read(),
      takesOverAtMs,
    });
    post({ type: "ready" });
    return running;
  }

  function answer(type: "pong" | "measured"): void {
    meter.measure(name);
    post({ type, measurements: telemetry.take() });
  }

  async function stop(deadlineMs: number): Promise<void> {
    try {
      await (await started)?.stop(deadlineMs);
    } catch (error) {
      logger("thread").error("stopping failed: {error}", { error });
    }
    reportMeasurements();
    post({ type: "stopped" });
    scope.close();
  }

  catchUncaught(body.onUncaught, fail);
  scope.addEventListener("message", (event) => {
    const message = (event as MessageEvent<ToThread>).data;
    switch (message.type) {
      case "start":
        name = message.name;
        started = start(message);
        return void started.catch(fail);
      case "assign":
        return void started?.then((it) => it.assign?.(message.work)).catch(fail);
      case "log levels":
        return void sendLogs(name, message.logLevels);
      case "ping": {
        const quietMs = awake.read() - turnedAtMs;
        if (quietMs <= (body.progressMaxMs ?? Infinity)) return answer("pong");
        return fail(new StuckError(`no progress for ${Math.round(quietMs / 1_000)} s`));
      }
      case "measure":
        return void started?.then((it) => it.measure?.()).then(() => answer("measured"), fail);
      case "link":
        return void started?.then((it) => it.link?.(message.role, message.port), () => {});
      case "stop":
        return void stop(message.deadlineMs);
    }
  });
}

function post(message: FromThread): void {
  scope.postMessage(message);
}

/** Logs go to main. */
function sendLogs(name: string, logLevels: LogLevels): Promise<void> {
  return sendLogsTo((record) => post({ type: "log", entry: logEntry(record, name) }), logLevels);
}

/** The telemetry of a thread, and what hands main what was measured. */
function reportedTelemetry(): [telemetry: ThreadTelemetry, report: () => void] {
  const report = () => {
    const measurements = telemetry.take();
    if (measurements !== undefined) post({ type: "measurements", measurements });
  };
  const telemetry: ThreadTelemetry = new ThreadTelemetry(
    (dependency, state) => post({ type: "dependency", dependency, state }),
    report,
  );
  return [telemetry, report];
}

function failed(error: unknown): FromThread {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { type: "failed", name, message, description: describeError(error) };
}

/** Deno would print an uncaught error unredacted and end the whole process; Node's modules print too. */
function catchUncaught(policy: UncaughtPolicy, fail: (error: unknown) => void): void {
  const handle = (error: unknown) => {
    logger("thread").error("uncaught error: {error}", { error });
    if (policy === "fail") fail(error);
  };
  scope.addEventListener("error", (event) => {
    event.preventDefault();
    handle((event as ErrorEvent).error);
  });
  scope.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    handle((event as PromiseRejectionEvent).reason);
  });
  // Such as the warning about a timer that is set in the past.
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    logger("thread").debug("Node.js warning: {warning}", { warning });
  });
}

/** Why a thread failed whose loop no longer turns, although nothing blocks the thread. */
class StuckError extends Error {
  override readonly name = "StuckError";
}
