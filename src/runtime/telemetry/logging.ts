/** The loggers of every part. All records of a thread go to one sink. */
import {
  configure,
  getLogger,
  type Logger,
  type LogLevel,
  type LogRecord,
  reset,
} from "@logtape/logtape";

export type { Logger, LogLevel, LogRecord };

/** The parts of sitemon that log, as operators see and filter them. */
export const LOG_CATEGORIES = [
  "cli",
  "config",
  "consumer",
  "ingest",
  "kafka",
  "outbox",
  "relay",
  "scanner",
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

/** Forgets the sink, so that a test leaves nothing behind. */
export async function stopLogging(): Promise<void> {
  await reset();
}
