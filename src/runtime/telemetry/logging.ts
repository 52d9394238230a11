/** The loggers of every part. All records of a thread go to one sink. */
import {
  configure,
  getLogger,
  type Logger,
  type LogLevel,
  type LogRecord,
  reset,
} from "@logtape/logtape";
import type { Clock } from "../clock.ts";
import { MINUTE_MS } from "../time_units.ts";

export type { Logger, LogLevel, LogRecord };

/** The parts of sitemon that log, as operators see and filter them. */
export const LOG_CATEGORIES = [
  "alerts",
  "cli",
  "config",
  "consumer",
  "http",
  "ingest",
  "kafka",
  "outbox",
  "push",
  "relay",
  "scanner",
  "sites",
  "store",
  "supervisor",
  "thread",
  "web",
] as const;

export type LogCategory = typeof LOG_CATEGORIES[number];

/** The minimum level logged: of every part, and of single parts. */
export interface LogLevels {
  readonly level: LogLevel;
  readonly levels?: Readonly<Partial<Record<LogCategory, LogLevel>>>;
}

/** The logger of one part of sitemon. */
export function logger(category: LogCategory): Logger {
  return getLogger(["sitemon", category]);
}

/** Sends this thread's records of these levels to `sink`, which replaces the previous one. */
export async function sendLogsTo(
  sink: (record: LogRecord) => void,
  { level, levels = {} }: LogLevels,
): Promise<void> {
  await configure({
    reset: true,
    sinks: { sink },
    loggers: [
      { category: "sitemon", sinks: ["sink"], lowestLevel: level },
      // Not through the parent, whose level may be higher.
      ...Object.entries(levels).map(([category, lowestLevel]) => ({
        category: ["sitemon", category],
        sinks: ["sink" as const],
        parentSinks: "override" as const,
        lowestLevel,
      })),
      // LogTape's own messages would be printed without redaction.
      { category: ["logtape", "meta"], sinks: [], lowestLevel: "fatal" },
    ],
  });
}

/** Removes the sink. */
export const stopLogging: () => Promise<void> = reset;

/** Allows a log line once a minute for each cause, of which there are few. */
export class MinuteLimit {
  readonly #clock: Clock;
  readonly #allowedMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True when this cause was not allowed within the last minute. */
  allows(cause: string): boolean {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - (this.#allowedMs.get(cause) ?? -Infinity) < MINUTE_MS) return false;
    this.#allowedMs.set(cause, nowMs);
    return true;
  }
}
