/** The messages between main and a thread: plain data and transferred ports. */
import type { LogEntry } from "../telemetry/log_entry.ts";
import type { LogLevels } from "../telemetry/logging.ts";
import type { Dependency, DependencyState } from "../telemetry/telemetry.ts";
import type {
  AgeName,
  CounterName,
  GaugeName,
  HistogramName,
  Labels,
} from "../telemetry/metrics.ts";

/** How often main pings a thread. */
export const PING_MS = 5_000;
/** A ping that is later than this shows that the process stood still, and not the other side alone. */
export const PING_GAP_MS_MAX = PING_MS + 2_000;

/** From main to a thread. */
export type ToThread =
  /** The first message, sent once. */
  | {
    readonly type: "start";
    readonly name: string;
    readonly logLevels: LogLevels;
    readonly setup: unknown;
    /** Monotonic time at which it takes over from a thread that stops then, if it follows one. */
    readonly takesOverAtMs: number | undefined;
  }
  /** What to work on from now on: after the start, and whenever the configuration changed it. */
  | { readonly type: "assign"; readonly work: unknown }
  | { readonly type: "log levels"; readonly logLevels: LogLevels }
  /** Answered with `pong`: a thread that ends without an event is noticed by its silence. */
  | { readonly type: "ping" }
  /** Answered with `measured`: somebody looks at the metrics. */
  | { readonly type: "measure" }
  /** One end of a channel to another thread, and what that thread is to this one. */
  | { readonly type: "link"; readonly role: string; readonly port: MessagePort }
  /** Finish running work within `deadlineMs`, then close. */
  | { readonly type: "stop"; readonly deadlineMs: number };

/** From a thread to main. */
export type FromThread =
  | { readonly type: "ready" }
  /** What was measured since the last report, if anything was. */
  | { readonly type: "pong" | "measured"; readonly measurements: Measurements | undefined }
  | { readonly type: "log"; readonly entry: LogEntry }
  | { readonly type: "measurements"; readonly measurements: Measurements }
  | {
    readonly type: "dependency";
    readonly dependency: Dependency;
    readonly state: DependencyState;
  }
  /** One of the answers of a thread that was started to answer something. */
  | { readonly type: "result"; readonly value: unknown }
  /** The thread cannot continue; the error's class decides what main does. */
  | {
    readonly type: "failed";
    readonly name: string;
    readonly message: string;
    /** The error with its class and causes, for the log. */
    readonly description: string;
  }
  /** It has stopped as asked and is closing itself. */
  | { readonly type: "stopped" };

export interface Measurements {
  readonly counts: readonly Series<CounterName, number>[];
  /** Of an age the moment that it counts from, in microseconds since 1970. */
  readonly gauges: readonly Series<GaugeName | AgeName, number>[];
  readonly observations: readonly Series<HistogramName, readonly number[]>[];
}

export interface Series<Name, Value> {
  readonly name: Name;
  readonly labels: Labels;
  readonly value: Value;
}
