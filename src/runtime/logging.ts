/** The loggers of every part. A thread's records go to one sink, whichever that thread was given. */
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
export type LogCategory =
  | "cli"
  | "config"
  | "consumer"
  | "ingest"
  | "kafka"
  | "outbox"
  | "relay"
  | "scanner"
  | "store"
  | "supervisor"
  | "thread";

/** The logger of one part of sitemon. */
export function logger(category: LogCategory): Logger {
  return getLogger(["sitemon", category]);
}

/** Sends this thread's records from `level` on to `sink`. A thread has one sink; the last one holds. */
export async function sendLogsTo(
  sink: (record: LogRecord) => void,
  level: LogLevel,
): Promise<void> {
  await configure({
    reset: true,
    sinks: { sink },
    loggers: [
      { category: "sitemon", sinks: ["sink"], lowestLevel: level },
      // LogTape's own notices would be printed past the redaction.
      { category: ["logtape", "meta"], sinks: [], lowestLevel: "fatal" },
    ],
  });
}

/** Forgets the sink, so that a test leaves nothing behind. */
export async function stopLogging(): Promise<void> {
  await reset();
}
