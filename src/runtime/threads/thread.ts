/**
 * The inside of a thread: serves main's messages around a body that does the work.
 *
 * Each file in threads/ hands its body to `serveThread`; supervisor.ts is the other side.
 */
import process from "node:process";
import { describeError, logEntry } from "../telemetry/log_entry.ts";
import { logger, type LogLevels, sendLogsTo } from "../telemetry/logging.ts";
import { Progress } from "./progress.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { FromThread, ToThread } from "./thread_protocol.ts";
import { watchLoop } from "../telemetry/process_metrics.ts";
import { ThreadTelemetry } from "../telemetry/thread_telemetry.ts";

/** How often a thread tells main what it measured. */
const TELL_MS = 1_000;

/** What a body is given. */
export interface ThreadContext {
  readonly name: string;
  readonly telemetry: Telemetry;
  /** Hands a result to whoever started this thread for an answer. */
  result(value: unknown): void;
  /** When it took over from a thread that stopped then, in monotonic milliseconds. */
  readonly takesOverAtMs?: number;
  /**
   * Says that the body's loop has turned. A body that has said so once and then not again within
   * its `progressMaxMs` is stuck, and its thread fails.
   */
  progress(): void;
  /** Ends the thread as failed: main replaces it, or ends the process, by the error's class. */
  fail(error: unknown): void;
}

/** A body at work. */
export interface RunningBody {
  /** Takes the spec's `work`, first after the start and again whenever a reload changed it. */
  assign?(work: unknown): void;
  /** One end of a channel to another thread; a new one replaces the last of that role. */
  link?(role: string, port: MessagePort): void;
  /** Ends within about `deadlineMs`, leaving nothing behind that is worth keeping. */
  stop(deadlineMs: number): Promise<void>;
}

/** What a thread does. */
export interface ThreadBody<Setup> {
  /**
   * What an error means that nobody caught. `fail`: the state is in doubt, replace the thread.
   * `continue`: it came from one of many independent tasks (a hostile site); log it and go on.
   */
  readonly onUncaught: "fail" | "continue";
  /** How long a turn of the loop may take, of a body that tells its progress. */
  readonly progressMaxMs?: number;
  /** Starts the work. A rejection is a failure of the thread. */
  start(setup: Setup, context: ThreadContext): Promise<RunningBody>;
}

/** The part of a Worker's global scope that is used here. */
interface WorkerScope extends EventTarget {
  postMessage(message: unknown): void;
  close(): void;
}

/** Serves main's messages until it asks to stop. Called once, at the end of a thread's entry file. */
export function serveThread<Setup>(body: ThreadBody<Setup>): void {
  const scope = globalThis as unknown as WorkerScope;
  const post = (message: FromThread) => scope.postMessage(message);
  const fail = (error: unknown) => post(failed(error));
  const telemetry = new ThreadTelemetry((dependency, state) =>
    post({ type: "dependency", dependency, state })
  );
  const tell = () => {
    const measurements = telemetry.take();
    if (measurements !== undefined) post({ type: "measurements", measurements });
  };
  let name = "";
  const progress = new Progress();
  // A channel may be handed over while the body is still starting.
  let started: Promise<RunningBody> | undefined;

  const sendLogs = (logLevels: LogLevels) =>
    sendLogsTo((record) => post({ type: "log", entry: logEntry(record, name) }), logLevels);

  async function start(message: ToThread & { type: "start" }): Promise<RunningBody> {
    const { logLevels, setup, takesOverAtMs } = message;
    await sendLogs(logLevels);
    setInterval(tell, TELL_MS);
    watchLoop(name, telemetry.set.bind(telemetry));
    const running = await body.start(setup as Setup, {
      name,
      telemetry,
      result: (value) => post({ type: "result", value }),
      fail,
      progress: () => progress.turn(),
      ...(takesOverAtMs === undefined ? {} : { takesOverAtMs }),
    });
    post({ type: "ready" });
    return running;
  }

  async function stop(deadlineMs: number): Promise<void> {
    try {
      await (await started)?.stop(deadlineMs);
    } catch (error) {
      logger("thread").error("Cannot stop in order: {error}", { error });
    }
    tell();
    post({ type: "stopped" });
    scope.close();
  }

  keepUncaught(scope, body.onUncaught, fail);
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
        return void sendLogs(message.logLevels);
      case "ping": {
        const stuck = progress.stuck(body.progressMaxMs);
        return stuck === undefined ? post({ type: "pong" }) : fail(stuck);
      }
      case "link":
        return void started?.then((it) => it.link?.(message.role, message.port), () => {});
      case "stop":
        return void stop(message.deadlineMs);
    }
  });
}

function failed(error: unknown): FromThread {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { type: "failed", name, message, description: describeError(error) };
}

/** Deno would print an uncaught error raw, past the redaction, and end the whole process. Node prints too. */
function keepUncaught(
  scope: WorkerScope,
  policy: "fail" | "continue",
  fail: (error: unknown) => void,
): void {
  const keep = (error: unknown) => {
    logger("thread").error("An error was not handled: {error}", { error });
    if (policy === "fail") fail(error);
  };
  scope.addEventListener("error", (event) => {
    event.preventDefault();
    keep((event as ErrorEvent).error);
  });
  scope.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    keep((event as PromiseRejectionEvent).reason);
  });
  // Node's modules print their warnings, such as the one about a timer set in the past.
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    logger("thread").debug("Node warns: {warning}", { warning });
  });
}
